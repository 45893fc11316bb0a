//! What a C compiler makes of a linker's arguments: pure.

use serde::{Deserialize, Serialize};

/// Stands for the directory that rustc makes anew for each program.
const TEMPORARY: &str = "\u{1}temporary";
/// Stands for the program.
const PRODUCT: &str = "\u{1}product";
/// Stands for the object files in what was asked.
const OBJECTS: &str = "\u{1}objects";

/// A call of the C compiler, taken apart into what it has in common with others and what
/// is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// All of its arguments, with something else for what is its own.
    pub common: Vec<String>,
    objects: Vec<String>,
    temporary: Option<String>,
    product: String,
}

impl Call {
    /// Takes the arguments apart; nothing where they are of another shape.
    pub fn new(args: &[String]) -> Option<Self> {
        // Arguments in a file, because there are too many.
        if args.iter().any(|one| one.starts_with('@')) {
            return None;
        }
        let is_object = |arg: &String| arg.ends_with(".o");
        let start = args.iter().position(is_object)?;
        let count = args[start..]
            .iter()
            .take_while(|arg| is_object(arg))
            .count();
        let (objects, rest) = args[start..].split_at(count);
        if rest.iter().any(is_object) {
            return None;
        }
        let after = |name: &str| {
            let at = args.iter().position(|arg| arg == name)?;
            args.get(at + 1).cloned()
        };
        let product = after("-o")?;
        // The linker that waits does so in another directory.
        let is_absolute = |path: &String| path.starts_with('/');
        if !is_absolute(&product) || !objects.iter().all(is_absolute) {
            return None;
        }
        let temporary = args
            .iter()
            .find(|arg| arg.ends_with("/raw-dylibs"))
            .cloned();
        let mut call = Self {
            common: Vec::new(),
            objects: objects.to_vec(),
            temporary,
            product,
        };
        let common = args[..start].iter().map(|arg| call.without_own(arg));
        let mut common: Vec<String> = common.collect();
        common.push(OBJECTS.to_owned());
        common.extend(rest.iter().map(|arg| call.without_own(arg)));
        call.common = common;
        Some(call)
    }

    /// The program that is made.
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Where the linker of rustc's own toolchain is; nothing where another one links.
    pub fn linker(&self) -> Option<String> {
        let has = |wanted: &str| self.common.iter().any(|arg| arg == wanted);
        let directory = self.common.iter().find_map(|arg| arg.strip_prefix("-B"))?;
        let directory = directory.strip_suffix("/gcc-ld")?;
        has("-fuse-ld=lld").then(|| format!("{directory}/rust-lld"))
    }

    fn without_own(&self, arg: &str) -> String {
        if *arg == self.product {
            return PRODUCT.to_owned();
        }
        match &self.temporary {
            Some(temporary) => arg.replace(temporary.as_str(), TEMPORARY),
            None => arg.to_owned(),
        }
    }

    fn with_own(&self, arg: &str, product: &str) -> String {
        if arg == PRODUCT {
            return product.to_owned();
        }
        arg.replace(TEMPORARY, self.temporary.as_deref().unwrap_or_default())
    }
}

/// What a linker is told for calls that have all in common but what is their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// [`Call::common`].
    pub common: Vec<String>,
    /// The linker.
    pub linker: String,
    before: Vec<String>,
    after: Vec<String>,
}

impl Template {
    /// Learns it from `commands`, which the C compiler says that it would start for a
    /// call (`-###`: GCC manual, "Overall Options"; Clang writes the same).
    pub fn learn(call: &Call, commands: &str) -> Option<Self> {
        let linker = call.linker()?;
        let line = commands.lines().rfind(|line| line.starts_with(' '))?;
        let words = words(line)?;
        let mut told = Vec::new();
        let mut rest = words.into_iter().skip(1);
        while let Some(word) = rest.next() {
            // For GCC's own object files, and for who chooses the linker.
            if word == "-plugin" {
                rest.next();
            } else if !word.starts_with("-plugin-opt=") && !word.starts_with("-fuse-ld=") {
                told.push(call.without_own(&word));
            }
        }
        let count = call.objects.len();
        let at = told.windows(count).position(|some| some == call.objects)?;
        if !told.iter().any(|word| word == PRODUCT) {
            return None;
        }
        Some(Self {
            common: call.common.clone(),
            linker,
            before: told[..at].to_vec(),
            after: told[at + count..].to_vec(),
        })
    }

    /// What the linker is told to make `product` of a call's objects; nothing where the
    /// call is another one.
    pub fn arguments(&self, call: &Call, product: Option<&str>) -> Option<Vec<String>> {
        if self.common != call.common {
            return None;
        }
        let product = product.unwrap_or(&call.product);
        let own = |arg: &String| call.with_own(arg, product);
        let mut args: Vec<String> = self.before.iter().map(own).collect();
        args.extend(call.objects.iter().cloned());
        args.extend(self.after.iter().map(own));
        // The other core lints: threads would only wait for one another. It does not
        // change what is made.
        args.push("--threads=1".to_owned());
        Some(args)
    }
}

/// The words of a command line, of which some stand in double quotes.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' => word.get_or_insert_default().push(letters.next()?),
            ' ' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    (!quoted).then_some(words)
}

/// Arguments as a response file has them: a line each, in quotes (GNU ld, "Command-line
/// Options", `@file`).
pub fn response_file(args: &[String]) -> String {
    let mut text = String::new();
    for arg in args {
        let arg = arg.replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("\"{arg}\"\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: &str = concat!(
        "Using built-in specs.\n",
        "COLLECT_GCC_OPTIONS='-m64' '-o' '/w/check'\n",
        " /usr/lib/gcc/12/collect2 -plugin /usr/lib/lto.so \"-plugin-opt=-fresolution=/tmp/cc1.res\" ",
        "-fuse-ld=lld -o \"/w/a b/check\" /usr/lib/Scrt1.o -L/tmp/rustcX/raw-dylibs /w/a.o /w/b.o ",
        "\"/w/a b/lib\\\"harness\\\".rlib\" -lc /usr/lib/crtn.o\n",
        "COLLECT_GCC_OPTIONS='-m64' '-o' '/w/check'\n",
    );

    fn call(objects: &[&str], temporary: &str) -> Call {
        let mut args = vec!["-m64"];
        args.extend(objects);
        args.extend(["-L", temporary, "-B/rust/bin/gcc-ld", "-fuse-ld=lld"]);
        args.extend(["-o", "/w/a b/check", "-lc"]);
        let args: Vec<String> = args.into_iter().map(str::to_owned).collect();
        Call::new(&args).unwrap()
    }

    #[test]
    fn what_was_learned_from_one_call_serves_another() {
        let learned = call(&["/w/a.o", "/w/b.o"], "/tmp/rustcX/raw-dylibs");
        let template = Template::learn(&learned, COMMANDS).unwrap();
        assert_eq!(template.linker, "/rust/bin/rust-lld");
        let other = call(&["/w/c.o"], "/tmp/rustcY/raw-dylibs");
        let expected = [
            "-o",
            "/w/a b/check",
            "/usr/lib/Scrt1.o",
            "-L/tmp/rustcY/raw-dylibs",
            "/w/c.o",
            "/w/a b/lib\"harness\".rlib",
            "-lc",
            "/usr/lib/crtn.o",
            "--threads=1",
        ];
        assert_eq!(template.arguments(&other, None).unwrap(), expected);
        let elsewhere = template.arguments(&other, Some("/w/proof")).unwrap();
        assert_eq!(elsewhere[1], "/w/proof");
    }

    #[test]
    fn it_serves_no_call_that_differs() {
        let learned = call(&["/w/a.o", "/w/b.o"], "/tmp/rustcX/raw-dylibs");
        let template = Template::learn(&learned, COMMANDS).unwrap();
        let mut args: Vec<String> = ["-m64", "/w/a.o", "-o", "/w/a b/check", "-lm"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(template.arguments(&Call::new(&args).unwrap(), None), None);
        args.push("@more".to_owned());
        assert_eq!(Call::new(&args), None);
        let relative = ["a.o", "-o", "/w/check"].map(str::to_owned);
        assert_eq!(Call::new(&relative), None);
    }

    #[test]
    fn nothing_is_learned_of_another_linker_or_other_objects() {
        let plain = ["/w/a.o", "-o", "/w/a b/check"].map(str::to_owned);
        assert_eq!(Template::learn(&Call::new(&plain).unwrap(), COMMANDS), None);
        let other = call(&["/w/a.o", "/w/d.o"], "/tmp/rustcX/raw-dylibs");
        assert_eq!(Template::learn(&other, COMMANDS), None);
        let learned = call(&["/w/a.o", "/w/b.o"], "/tmp/rustcX/raw-dylibs");
        assert_eq!(Template::learn(&learned, "cc: error\n"), None);
    }

    #[test]
    fn a_response_file_keeps_every_letter() {
        let args = ["a b".to_owned(), "\"q\" \\".to_owned()];
        assert_eq!(response_file(&args), "\"a b\"\n\"\\\"q\\\" \\\\\"\n");
    }
}
