//! Rust, from its tokens: `proc-macro2` cuts and nests them, and a walk along them knows statements,
//! conditions, arms, patterns and calls, but no types.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::str::FromStr as _;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

use super::{Edit, Edits, neighbours, place, sql};

/// All changes of a Rust file.
pub(super) fn edits(text: &str) -> Result<Vec<Edit>, String> {
    let stream = TokenStream::from_str(text).map_err(|error| {
        let at = error.span().byte_range().start.min(text.len());
        let (line, column) = place(text, at);
        format!("line {line}, column {column}: this is no Rust token, or a bracket is open")
    })?;
    let mut reader = Reader {
        text,
        defaults: HashSet::new(),
    };
    let tokens = reader.tokens(stream);
    let mut types = Types {
        text,
        shapes: HashMap::new(),
        defaults: reader.defaults,
    };
    types.collect(&tokens);
    let mut walk = Walk {
        edits: Edits::new(text),
        types,
        self_type: None,
    };
    walk.block(&tokens, Block::Items);
    Ok(walk.edits.list)
}

// ---- Tokens ----

#[derive(Debug)]
struct Token<'t> {
    range: Range<usize>,
    text: &'t str,
    kind: Kind<'t>,
}

#[derive(Debug)]
enum Kind<'t> {
    /// A name, a keyword or `_`.
    Word,
    /// An operator, joined from its characters: `..=` is one.
    Operator,
    Literal,
    Lifetime,
    /// Stands for an attribute that says that what follows is for tests.
    ForTests,
    Group(Delimiter, Vec<Token<'t>>),
}

impl<'t> Token<'t> {
    /// Whether this is the keyword or operator.
    fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Operator) && self.text == text
    }

    fn is_word(&self) -> bool {
        matches!(self.kind, Kind::Word)
    }

    fn is_literal(&self) -> bool {
        matches!(self.kind, Kind::Literal)
    }

    /// What is inside, where this is a group with these delimiters.
    fn group(&self, wanted: Delimiter) -> Option<&[Token<'t>]> {
        match &self.kind {
            Kind::Group(delimiter, inner) if *delimiter == wanted => Some(inner),
            _ => None,
        }
    }

    fn braces(&self) -> Option<&[Token<'t>]> {
        self.group(Delimiter::Brace)
    }
}

/// Whether the token at an index is the keyword or operator.
fn is_at(tokens: &[Token<'_>], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.is(text))
}

fn position(tokens: &[Token<'_>], text: &str) -> Option<usize> {
    tokens.iter().position(|token| token.is(text))
}

/// From the first token's first byte to the last one's last. None of no tokens.
fn range_of(tokens: &[Token<'_>]) -> Option<Range<usize>> {
    Some(tokens.first()?.range.start..tokens.last()?.range.end)
}

/// Whether a word is anywhere inside, however deep.
fn mentions(tokens: &[Token<'_>], words: &[&str]) -> bool {
    tokens.iter().any(|token| match &token.kind {
        Kind::Group(_, inner) => mentions(inner, words),
        _ => words.iter().any(|word| token.is(word)),
    })
}

/// Longest first: what is read is the longest that fits.
const OPERATORS: &[&str] = &[
    "<<=", ">>=", "..=", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "^=",
    "&=", "|=", "<<", ">>", "->", "=>", "::", "..",
];

struct Reader<'t> {
    text: &'t str,
    /// The types that derive `Default`.
    defaults: HashSet<&'t str>,
}

impl<'t> Reader<'t> {
    /// Copies the tokens without attributes and doc comments.
    fn tokens(&mut self, stream: TokenStream) -> Vec<Token<'t>> {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut tokens: Vec<Token<'t>> = Vec::new();
        let mut derives_default = false;
        let mut at = 0;
        while at < trees.len() {
            if let Some((length, attribute)) = attribute(&trees[at..]) {
                let words = words(attribute);
                derives_default |= words.first().is_some_and(|word| word == "derive")
                    && words.iter().any(|word| word == "Default");
                if is_for_tests(&words) {
                    tokens.push(self.token(trees[at].span().byte_range(), Kind::ForTests));
                }
                at += length;
                continue;
            }
            let (length, kind) = self.kind(&trees[at..]);
            let start = trees[at].span().byte_range().start;
            let end = trees[at + length - 1].span().byte_range().end;
            let token = self.token(start..end, kind);
            let names_type = tokens
                .last()
                .is_some_and(|last| last.is("struct") || last.is("enum"));
            if names_type && std::mem::take(&mut derives_default) {
                self.defaults.insert(token.text);
            }
            tokens.push(token);
            at += length;
        }
        tokens
    }

    /// What begins here, and how many trees it is made of.
    fn kind(&mut self, trees: &[TokenTree]) -> (usize, Kind<'t>) {
        match &trees[0] {
            TokenTree::Ident(_) => (1, Kind::Word),
            TokenTree::Literal(_) => (1, Kind::Literal),
            TokenTree::Group(group) => {
                let inner = self.tokens(group.stream());
                (1, Kind::Group(group.delimiter(), inner))
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => (2, Kind::Lifetime),
            TokenTree::Punct(_) => (operator_length(trees), Kind::Operator),
        }
    }

    fn token(&self, range: Range<usize>, kind: Kind<'t>) -> Token<'t> {
        let text = &self.text[range.clone()];
        Token { range, text, kind }
    }
}

/// The brackets of the attribute that begins here, and how many trees it is made of.
fn attribute(trees: &[TokenTree]) -> Option<(usize, &Group)> {
    let is = |tree: &TokenTree, wanted| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == wanted);
    if !is(trees.first()?, '#') {
        return None;
    }
    let brackets = if is(trees.get(1)?, '!') { 2 } else { 1 };
    match trees.get(brackets)? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            Some((brackets + 1, group))
        }
        _ => None,
    }
}

/// All names in an attribute, in order; of a doc comment only that it is one.
fn words(attribute: &Group) -> Vec<String> {
    let mut words = Vec::new();
    for tree in attribute.stream() {
        match tree {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Group(group) => words.extend(self::words(&group)),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    words
}

/// `#[cfg(test)]`, and `#[test]` under whatever path.
fn is_for_tests(words: &[String]) -> bool {
    let Some(first) = words.first() else {
        return false;
    };
    let mentions_test = words.iter().any(|word| word == "test");
    match first.as_str() {
        "cfg" => mentions_test && !words.iter().any(|word| word == "not"),
        "doc" | "derive" | "cfg_attr" => false,
        _ => mentions_test,
    }
}

fn operator_length(trees: &[TokenTree]) -> usize {
    let mut joined = String::new();
    for tree in trees.iter().take(3) {
        let TokenTree::Punct(punct) = tree else { break };
        joined.push(punct.as_char());
        if punct.spacing() == Spacing::Alone {
            break;
        }
    }
    let longest = OPERATORS.iter().find(|known| joined.starts_with(**known));
    longest.map_or(1, |known| known.len())
}

// ---- Where things end ----

/// The index behind the `>` that closes the `<` at `at`.
fn after_angles(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "<" => depth += 1,
            "<<" => depth += 2,
            ">" | ">=" => depth = depth.saturating_sub(1),
            ">>" | ">>=" => depth = depth.saturating_sub(2),
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// The index behind a type that begins at `at`, as `as` is followed by.
fn after_type(tokens: &[Token<'_>], mut at: usize) -> usize {
    while let Some(token) = tokens.get(at) {
        let is_prefix = matches!(token.kind, Kind::Lifetime)
            || ["&", "&&", "*", "const", "mut", "dyn", "impl", "::"]
                .iter()
                .any(|prefix| token.is(prefix));
        if !is_prefix {
            break;
        }
        at += 1;
    }
    at += 1;
    loop {
        if is_at(tokens, at, "::") {
            at += 2;
        } else if is_at(tokens, at, "<") {
            at = after_angles(tokens, at);
        } else {
            return at.min(tokens.len());
        }
    }
}

/// Whether an operand comes next, not an operator.
fn expects_operand(previous: Option<&Token<'_>>) -> bool {
    match previous {
        None => true,
        Some(token) if token.is_word() => BEFORE_OPERAND.contains(&token.text),
        Some(token) => matches!(token.kind, Kind::Operator) && token.text != "?",
    }
}

/// Keywords that an operand follows.
const BEFORE_OPERAND: &[&str] = &[
    "return", "break", "continue", "move", "unsafe", "async", "else", "in", "mut", "const", "loop",
    "if", "while", "match",
];

/// The index of the separator at or after `at`; those between the bars of a closure and between
/// the angles of a turbofish are none.
fn next_separator(tokens: &[Token<'_>], mut at: usize, separator: &str) -> usize {
    while let Some(token) = tokens.get(at) {
        let previous = at.checked_sub(1).map(|before| &tokens[before]);
        if token.is(separator) {
            return at;
        } else if token.is("<") && previous.is_some_and(|token| token.is("::")) {
            at = after_angles(tokens, at);
        } else if token.is("|") && expects_operand(previous) {
            at += 2 + position(&tokens[at + 1..], "|").unwrap_or(0);
        } else {
            at += 1;
        }
    }
    tokens.len()
}

/// The parts between separators; nothing for what follows the last one and is empty.
fn split<'s, 't>(tokens: &'s [Token<'t>], separator: &str) -> Vec<&'s [Token<'t>]> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let end = next_separator(tokens, at, separator);
        parts.push(&tokens[at..end]);
        at = end + 1;
    }
    parts
}

/// The index of the braces that end the header of `if`, `while`, `match` or `for` at 0.
fn header_end(tokens: &[Token<'_>]) -> Option<usize> {
    let mut at = 1;
    if tokens[0].is("for") {
        at = position(tokens, "in")? + 1;
    }
    // Blocks inside the header have a keyword each that says so.
    let mut inner_blocks = 0;
    while let Some(token) = tokens.get(at) {
        if token.is("let") {
            // A struct pattern has braces of its own.
            at += position(&tokens[at..], "=")?;
        } else if token.braces().is_some() {
            if inner_blocks == 0 {
                return Some(at);
            }
            inner_blocks -= 1;
        } else if ["if", "else", "match", "unsafe", "loop"].contains(&token.text) {
            inner_blocks += 1;
        }
        at += 1;
    }
    None
}

/// How long the expression at 0 is, where it is one that ends with its block.
fn block_like(tokens: &[Token<'_>]) -> Option<usize> {
    let labelled = matches!(tokens.first()?.kind, Kind::Lifetime) && is_at(tokens, 1, ":");
    let start = if labelled { 2 } else { 0 };
    let tokens = &tokens[start..];
    let first = tokens.first()?;
    let has_braces = |at: usize| tokens.get(at).is_some_and(|token| token.braces().is_some());
    let length = match first.text {
        "if" => {
            let block = header_end(tokens)?;
            if !is_at(tokens, block + 1, "else") {
                block + 1
            } else if has_braces(block + 2) {
                block + 3
            } else {
                block + 2 + block_like(&tokens[block + 2..])?
            }
        }
        "match" | "while" | "for" => header_end(tokens)? + 1,
        "loop" | "unsafe" | "async" | "const" if has_braces(1) => 2,
        "async" if is_at(tokens, 1, "move") && has_braces(2) => 3,
        _ if has_braces(0) => 1,
        _ if first.is_word() && is_at(tokens, 1, "!") && has_braces(2) => 3,
        _ => return None,
    };
    Some(start + length)
}

/// `block_like`, where nothing follows that makes a longer expression of it.
fn block_statement(tokens: &[Token<'_>]) -> Option<usize> {
    let length = block_like(tokens)?;
    let goes_on = is_at(tokens, length, ".") || is_at(tokens, length, "?");
    (!goes_on).then_some(length)
}

/// How long the statement or item at 0 is, its `;` included.
fn statement_length(tokens: &[Token<'_>]) -> usize {
    if let Some(item) = Item::at(tokens) {
        return item.length;
    }
    block_statement(tokens)
        .or_else(|| position(tokens, ";").map(|end| end + 1))
        .unwrap_or(tokens.len())
}

/// A function, a type, an import: what may stand in a module.
struct Item {
    /// Where its keyword is.
    at: usize,
    length: usize,
}

impl Item {
    /// The item that begins at 0, if one does.
    fn at(tokens: &[Token<'_>]) -> Option<Self> {
        let at = Self::keyword(tokens)?;
        let rest = &tokens[at..];
        let ends_with_braces = |token: &Token<'_>| token.is(";") || token.braces().is_some();
        let length = match rest[0].text {
            "use" | "type" | "static" | "const" => position(rest, ";")? + 1,
            "macro_rules" => 4,
            _ => rest.iter().position(ends_with_braces)? + 1,
        };
        let length = (at + length).min(tokens.len());
        Some(Self { at, length })
    }

    /// Skips visibility and qualifiers.
    fn keyword(tokens: &[Token<'_>]) -> Option<usize> {
        let mut at = 0;
        if is_at(tokens, at, "pub") {
            at += 1;
            let restricted = tokens.get(at)?.group(Delimiter::Parenthesis);
            at += usize::from(restricted.is_some());
        }
        loop {
            let token = tokens.get(at)?;
            let next = tokens.get(at + 1)?;
            let is_item = match token.text {
                "fn" | "struct" | "enum" | "trait" | "mod" | "type" | "use" | "static"
                | "union" => next.is_word(),
                "impl" => true,
                "macro_rules" => next.is("!"),
                "const" => next.is_word() && is_at(tokens, at + 2, ":"),
                "extern" => next.is("crate") || next.braces().is_some(),
                _ => false,
            };
            let is_qualifier = ["const", "async", "unsafe", "extern"].contains(&token.text);
            if is_item {
                return Some(at);
            } else if !is_qualifier && !token.is_literal() {
                return None;
            }
            at += 1;
        }
    }
}

/// One arm of a `match`.
struct Arm<'s, 't> {
    pattern: &'s [Token<'t>],
    guard: Option<&'s [Token<'t>]>,
    body: &'s [Token<'t>],
    /// All of it, the comma included.
    range: Range<usize>,
}

impl Arm<'_, '_> {
    /// `_` or a new name, without a guard: takes whatever the others leave.
    fn takes_all(&self) -> bool {
        let [only] = self.pattern else { return false };
        let is_name = only
            .text
            .starts_with(|first: char| first == '_' || first.is_lowercase());
        only.is_word() && is_name && self.guard.is_none() && !["true", "false"].contains(&only.text)
    }
}

fn arms<'s, 't>(tokens: &'s [Token<'t>]) -> Vec<Arm<'s, 't>> {
    let mut arms = Vec::new();
    let mut rest = tokens;
    while let Some(arrow) = position(rest, "=>") {
        let (head, body) = (&rest[..arrow], &rest[arrow + 1..]);
        let if_at = position(head, "if");
        let length = block_statement(body).unwrap_or_else(|| next_separator(body, 0, ","));
        let end = arrow + 1 + length;
        let end_with_comma = end + usize::from(is_at(rest, end, ","));
        if let Some(range) = range_of(&rest[..end_with_comma]) {
            arms.push(Arm {
                pattern: &head[..if_at.unwrap_or(arrow)],
                guard: if_at.map(|at| &head[at + 1..]),
                body: &body[..length],
                range,
            });
        }
        rest = &rest[end_with_comma..];
    }
    arms
}

// ---- Types and their values ----

/// What a value of a type of this file is made of.
struct Shape<'t> {
    /// `Refusal::BadRequest`, or the name of a struct.
    path: String,
    fields: Fields<'t>,
}

enum Fields<'t> {
    Unit,
    Positions(Vec<&'t str>),
    Names(Vec<(&'t str, &'t str)>),
}

/// The types that the file declares.
struct Types<'t> {
    text: &'t str,
    shapes: HashMap<&'t str, Vec<Shape<'t>>>,
    defaults: HashSet<&'t str>,
}

/// Values of values of values: as deep as anybody nests types that are still simple.
const DEPTH: usize = 4;

impl<'t> Types<'t> {
    fn collect(&mut self, tokens: &[Token<'t>]) {
        let mut rest = tokens;
        while !rest.is_empty() {
            if let Some(item) = Item::at(rest) {
                self.declare(&rest[item.at..item.length]);
                rest = &rest[item.length..];
            } else {
                rest = &rest[1..];
            }
        }
    }

    fn declare(&mut self, item: &[Token<'t>]) {
        let (keyword, name) = (item[0].text, item[1].text);
        let last = &item[item.len() - 1];
        match (keyword, last.braces()) {
            ("mod", Some(inner)) => self.collect(inner),
            ("enum", Some(variants)) => {
                let shapes = split(variants, ",")
                    .into_iter()
                    .filter_map(|variant| {
                        let path = format!("{name}::{}", variant.first()?.text);
                        self.shape(path, variant.get(1))
                    })
                    .collect();
                self.shapes.insert(name, shapes);
            }
            ("struct", braces) => {
                let body = braces.map_or(item.get(2), |_| Some(last));
                let shape = self.shape(name.to_owned(), body);
                self.shapes.insert(name, shape.into_iter().collect());
            }
            _ => {}
        }
    }

    /// The shape of a struct or variant with what follows its name.
    fn shape(&self, path: String, body: Option<&Token<'t>>) -> Option<Shape<'t>> {
        let fields = match body.map(|token| &token.kind) {
            Some(Kind::Group(Delimiter::Brace, inner)) => {
                let fields = split_types(inner).into_iter().map(|field| {
                    let colon = position(field, ":")?;
                    let name = &field[colon.checked_sub(1)?];
                    Some((name.text, self.text_of(&field[colon + 1..])?))
                });
                Fields::Names(fields.collect::<Option<_>>()?)
            }
            Some(Kind::Group(Delimiter::Parenthesis, inner)) => {
                let fields = split_types(inner).into_iter().map(|field| {
                    let visible = usize::from(is_at(field, 0, "pub"));
                    self.text_of(&field[visible..])
                });
                Fields::Positions(fields.collect::<Option<_>>()?)
            }
            // Generic: what the parameters stand for is not known here.
            Some(_) if body?.is("<") => return None,
            _ => Fields::Unit,
        };
        Some(Shape { path, fields })
    }

    fn text_of(&self, tokens: &[Token<'t>]) -> Option<&'t str> {
        Some(&self.text[range_of(tokens)?])
    }

    /// Expressions that have the type, as its text says it; none where that is not known.
    /// `own` is what `Self` stands for.
    fn values(&self, ty: &str, own: Option<&str>, depth: usize) -> Vec<String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Vec::new();
        };
        let values = |inner: &str| self.values(inner, own, depth);
        let ty = ty.trim();
        if let Some(target) = ty.strip_prefix('&') {
            return self.references(target, own, depth);
        }
        if let Some(inner) = bracketed(ty, '(', ')') {
            let firsts = arguments(inner)
                .into_iter()
                .map(|part| first_of(values(part)));
            return match firsts.collect::<Option<Vec<_>>>() {
                Some(parts) if parts.len() == 1 => vec![format!("({},)", parts[0])],
                Some(parts) => vec![format!("({})", parts.join(", "))],
                None => Vec::new(),
            };
        }
        if let Some((element, length)) =
            bracketed(ty, '[', ']').and_then(|in_| in_.rsplit_once(';'))
        {
            let firsts = first_of(values(element)).into_iter();
            return firsts.map(|value| format!("[{value};{length}]")).collect();
        }
        if ty.starts_with("impl Iterator<") {
            return vec!["std::iter::empty()".to_owned()];
        }
        let (path, inner) = match ty.split_once('<') {
            Some((path, rest)) => (
                path.trim_end_matches("::"),
                rest.strip_suffix('>').unwrap_or(rest),
            ),
            None => (ty, ""),
        };
        let inner = arguments(inner);
        let wrapped = |wrap: &dyn Fn(String) -> String| {
            let values = inner
                .first()
                .map_or_else(|| vec!["()".to_owned()], |first| values(first));
            values.into_iter().take(2).map(wrap).collect::<Vec<_>>()
        };
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        match path.trim().rsplit("::").next().unwrap_or_default() {
            "bool" => texts(&["true", "false"]),
            "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64"
            | "i128" | "isize" => texts(&["0", "1"]),
            "f32" | "f64" => texts(&["0.0", "1.0"]),
            "char" => texts(&["'x'"]),
            "String" => texts(&["String::new()", "String::from(\"x\")"]),
            "Option" => [
                vec!["None".to_owned()],
                wrapped(&|value| format!("Some({value})")),
            ]
            .concat(),
            "Result" => {
                let errors = inner.get(1).map(|error| values(error)).unwrap_or_default();
                let errors = errors
                    .into_iter()
                    .take(2)
                    .map(|error| format!("Err({error})"));
                [wrapped(&|value| format!("Ok({value})")), errors.collect()].concat()
            }
            "Vec" => [
                vec!["Vec::new()".to_owned()],
                wrapped(&|value| format!("vec![{value}]")),
            ]
            .concat(),
            wrapper @ ("Box" | "Rc" | "Arc" | "Mutex" | "RwLock" | "Cell" | "RefCell")
                if !inner.is_empty() =>
            {
                wrapped(&|value| format!("{wrapper}::new({value})"))
            }
            "Ordering" => texts(&["std::cmp::Ordering::Equal"]),
            "Cow" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "VecDeque" | "BinaryHeap"
            | "PathBuf" | "OsString" | "Duration" => texts(&["Default::default()"]),
            "Self" => own.map(values).unwrap_or_default(),
            name => self.own_values(name, own, depth),
        }
    }

    fn references(&self, target: &str, own: Option<&str>, depth: usize) -> Vec<String> {
        let target = target.trim_start();
        let target = match target.strip_prefix('\'') {
            Some(named) => named
                .trim_start_matches(|c: char| c == '_' || c.is_alphanumeric())
                .trim_start(),
            None => target,
        };
        if let Some(slice) = target.strip_prefix("mut ") {
            let is_slice =
                bracketed(slice.trim(), '[', ']').is_some_and(|inner| !inner.contains(';'));
            return if is_slice {
                vec!["&mut []".to_owned()]
            } else {
                Vec::new()
            };
        }
        match bracketed(target, '[', ']') {
            _ if target == "str" => vec!["\"\"".to_owned(), "\"x\"".to_owned()],
            Some(inner) if !inner.contains(';') => vec!["&[]".to_owned()],
            // A value that was made here does not live long enough, unless it is a constant.
            _ => {
                let constants = self.values(target, own, depth).into_iter();
                constants
                    .filter(|value| !value.contains(['(', '!']))
                    .map(|value| format!("&{value}"))
                    .collect()
            }
        }
    }

    /// Values of a type that the file declares: its default, or one of each shape.
    fn own_values(&self, name: &str, own: Option<&str>, depth: usize) -> Vec<String> {
        if self.defaults.contains(name) {
            return vec!["Default::default()".to_owned()];
        }
        let shapes = self.shapes.get(name).map(Vec::as_slice).unwrap_or_default();
        let first = |ty: &str| first_of(self.values(ty, own, depth));
        let value = |shape: &Shape<'_>| match &shape.fields {
            Fields::Unit => Some(shape.path.clone()),
            Fields::Positions(types) => {
                let values = types
                    .iter()
                    .map(|ty| first(ty))
                    .collect::<Option<Vec<_>>>()?;
                Some(format!("{}({})", shape.path, values.join(", ")))
            }
            Fields::Names(fields) => {
                let field = |(name, ty): &(&str, &str)| Some(format!("{name}: {}", first(ty)?));
                let fields = fields.iter().map(field).collect::<Option<Vec<_>>>()?;
                Some(format!("{} {{ {} }}", shape.path, fields.join(", ")))
            }
        };
        shapes.iter().filter_map(value).collect()
    }

    /// The variant without fields that comes after this one in its enum, or the first one.
    fn next_variant(&self, name: &str, variant: &str) -> Option<&str> {
        let is_unit = |shape: &&Shape<'_>| matches!(shape.fields, Fields::Unit);
        let units = self.shapes.get(name)?.iter().filter(is_unit);
        let units: Vec<&str> = units
            .filter_map(|shape| shape.path.split("::").nth(1))
            .collect();
        let at = units.iter().position(|unit| *unit == variant)?;
        let next = units[(at + 1) % units.len()];
        (next != variant).then_some(next)
    }
}

fn first_of(values: Vec<String>) -> Option<String> {
    values.into_iter().next()
}

/// The fields or variants between the commas; those between angles are none.
fn split_types<'s, 't>(tokens: &'s [Token<'t>]) -> Vec<&'s [Token<'t>]> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < tokens.len() {
        if tokens[at].is("<") {
            at = after_angles(tokens, at);
            continue;
        }
        if tokens[at].is(",") {
            parts.push(&tokens[start..at]);
            start = at + 1;
        }
        at += 1;
    }
    parts.push(&tokens[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// What is between the brackets, where a text begins and ends with them.
fn bracketed(text: &str, open: char, close: char) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// The arguments of a generic type or the parts of a tuple, without lifetimes.
fn arguments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut last) = (0, 0_usize, ' ');
    for (at, character) in text.char_indices() {
        match character {
            '<' | '(' | '[' => depth += 1,
            '>' if last == '-' => {}
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        last = character;
    }
    parts.push(&text[start..]);
    let parts = parts.into_iter().map(str::trim);
    parts
        .filter(|part| !part.is_empty() && !part.starts_with('\''))
        .collect()
}

// ---- The walk ----

/// What a block belongs to, as far as it matters for what may be removed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    /// A module, an `impl` or a trait: items, no statements.
    Items,
    Function,
    /// Of an `if` without `else` whose condition is a plain one.
    Branch,
    /// Of an arm: what leaves it at its end stands for a value.
    Arm,
    /// Of a `let ... else`: it must not come to its end.
    Diverging,
    Other,
}

/// Goes along the tokens and notes what can be changed.
struct Walk<'t> {
    edits: Edits<'t>,
    types: Types<'t>,
    /// What `Self` stands for here.
    self_type: Option<&'t str>,
}

impl<'t> Walk<'t> {
    fn block(&mut self, tokens: &[Token<'t>], block: Block) {
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            if matches!(rest[0].kind, Kind::ForTests) {
                at += 1 + statement_length(&rest[1..]);
                continue;
            }
            let length = statement_length(rest);
            let statement = &rest[..length];
            if let Some(item) = Item::at(statement) {
                self.item(&statement[item.at..]);
            } else if block != Block::Items {
                let only = statement.len() == tokens.len();
                let last = at + length == tokens.len();
                // What the branch does is not done either when its condition is false, and the
                // other three would not compile.
                let may_leave = match block {
                    Block::Branch => !only,
                    Block::Arm | Block::Diverging | Block::Function => !last,
                    Block::Items | Block::Other => true,
                };
                self.statement(statement, may_leave);
            }
            at += length;
        }
    }

    fn item(&mut self, item: &[Token<'t>]) {
        let body = item.last().and_then(Token::braces);
        match (item[0].text, body) {
            ("fn", Some(body)) => self.function(item, body),
            ("impl", Some(body)) => {
                let outer = self.self_type;
                self.self_type = self_type(&item[1..]);
                self.block(body, Block::Items);
                self.self_type = outer;
            }
            ("mod" | "trait", Some(body)) => self.block(body, Block::Items),
            ("const" | "static", _) => {
                if let Some(equals) = position(item, "=") {
                    self.expression(without_end(&item[equals + 1..]));
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, item: &[Token<'t>], body: &[Token<'t>]) {
        let braces = &item[item.len() - 1];
        let end = position(item, "where").unwrap_or(item.len() - 1);
        let parameters = match is_at(item, 2, "<") {
            true => after_angles(item, 2),
            false => 2,
        };
        let returns = item.get(parameters + 2..end).unwrap_or_default();
        let values = match self.types.text_of(returns) {
            None => vec![String::new()],
            Some(ty) => self.types.values(ty, self.self_type, DEPTH),
        };
        let name = item[1].text;
        for value in values {
            // `Default::default()` inside of `default` would call itself for ever.
            if name == "default" && value.contains("default()") {
                continue;
            }
            let unchanged = match range_of(body) {
                None => value.is_empty(),
                Some(range) => self.edits.text[range] == value,
            };
            if !unchanged {
                let (new, shown) = match value.as_str() {
                    "" | "()" => ("{}".to_owned(), "nothing"),
                    value => (format!("{{ {value} }}"), value),
                };
                let what = format!("replace the body of `{name}` by {shown}");
                self.edits.push(braces.range.clone(), new, what);
            }
        }
        self.block(body, Block::Function);
    }

    // ---- Statements ----

    /// `may_leave`: `return`, `break` and `continue` may be removed.
    fn statement(&mut self, statement: &[Token<'t>], may_leave: bool) {
        if statement[0].is("let") {
            return self.binding(without_end(statement));
        }
        let Some(range) = range_of(statement).filter(|_| statement.len() > 1) else {
            return self.expression(without_end(statement));
        };
        let leaves = ["return", "break", "continue"].contains(&statement[0].text);
        let is_for_people = is_at(statement, 1, "!") && !WRITES.contains(&statement[0].text);
        let removable = statement.last().is_some_and(|token| token.is(";"))
            && block_statement(statement).is_none()
            && !is_for_people;
        if removable && (!leaves || may_leave) {
            self.edits.remove(range, "the statement ");
        }
        self.expression(without_end(statement));
    }

    /// `let PATTERN: TYPE = VALUE else { ... }`.
    fn binding(&mut self, tokens: &[Token<'t>]) {
        let colon = position(tokens, ":");
        let mut equals = 0;
        while !is_at(tokens, equals, "=") {
            equals = match tokens.get(equals) {
                None => return,
                // `dyn Iterator<Item = u8>` has an equals sign of its own.
                Some(token) if token.is("<") => after_angles(tokens, equals),
                Some(_) => equals + 1,
            };
        }
        let value = &tokens[equals + 1..];
        let pattern = &tokens[1..colon.map_or(equals, |colon| colon.min(equals))];
        // After `}` an `else` belongs to an `if`.
        let otherwise = match value {
            [.., before, keyword, block] if keyword.is("else") && before.braces().is_none() => {
                block.braces()
            }
            _ => None,
        };
        match otherwise {
            Some(block) => {
                self.pattern(pattern, true);
                self.expression(&value[..value.len() - 2]);
                self.block(block, Block::Diverging);
            }
            None => self.expression(value),
        }
    }

    // ---- Expressions ----

    fn expression(&mut self, tokens: &[Token<'t>]) {
        let mut at = 0;
        // Whether an operand comes next: `-`, `*`, `|` and `{` mean something else then.
        let mut operand = true;
        while at < tokens.len() {
            let rest = &tokens[at..];
            let token = &tokens[at];
            at += match &token.kind {
                Kind::Word => self.word(rest, &mut operand),
                Kind::Operator if operand => self.prefix(rest, &mut operand),
                Kind::Operator => self.operator(rest, &mut operand),
                Kind::Literal => {
                    self.literal_at(tokens, at);
                    if is_at(rest, 1, ".") && is_at(rest, 2, "contains") {
                        self.set(token);
                    }
                    operand = false;
                    1
                }
                Kind::Group(delimiter, inner) => {
                    match (delimiter, operand) {
                        (Delimiter::Brace, true) => self.block(inner, Block::Other),
                        (Delimiter::Brace, false) => self.fields(inner),
                        (Delimiter::Bracket, true) => self.array(inner),
                        _ => self.list(inner),
                    }
                    operand = false;
                    1
                }
                Kind::Lifetime | Kind::ForTests => 1,
            };
        }
    }

    /// A keyword, or a name with what is called by it. Returns how many tokens were read.
    fn word(&mut self, tokens: &[Token<'t>], operand: &mut bool) -> usize {
        let token = &tokens[0];
        *operand = BEFORE_OPERAND.contains(&token.text);
        match token.text {
            "if" => self.conditional(tokens).unwrap_or(1),
            "while" => self.while_loop(tokens).unwrap_or(1),
            "for" => self.for_loop(tokens).unwrap_or(1),
            "match" => self.match_arms(tokens).unwrap_or(1),
            "as" => after_type(tokens, 1),
            "true" => self.swap(token, "false"),
            "false" => self.swap(token, "true"),
            _ if *operand => 1,
            name => match tokens {
                [_, bang, group, ..] if bang.is("!") && matches!(group.kind, Kind::Group(..)) => {
                    self.macro_call(name, group);
                    3
                }
                [_, call, ..] if call.group(Delimiter::Parenthesis).is_some() => {
                    self.arguments(name, call);
                    2
                }
                _ => {
                    self.variant(tokens);
                    1
                }
            },
        }
    }

    fn swap(&mut self, token: &Token<'t>, by: &str) -> usize {
        self.edits.replace(token.range.clone(), by);
        1
    }

    /// `Refusal::BadRequest` to another variant of that enum.
    fn variant(&mut self, tokens: &[Token<'t>]) {
        let [name, colons, variant, rest @ ..] = tokens else {
            return;
        };
        let goes_on = rest.first().is_some_and(|token| token.is("::"));
        if !colons.is("::") || !variant.is_word() || goes_on {
            return;
        }
        let own = self
            .self_type
            .filter(|_| name.is("Self"))
            .unwrap_or(name.text);
        if let Some(next) = self.types.next_variant(own, variant.text) {
            let new = format!("{}::{next}", name.text);
            self.edits.replace(name.range.start..variant.range.end, new);
        }
    }

    /// An operator before an operand.
    fn prefix(&mut self, tokens: &[Token<'t>], operand: &mut bool) -> usize {
        let token = &tokens[0];
        match token.text {
            "!" | "-" => self.edits.remove(token.range.clone(), ""),
            "||" => return 1 + closure_type(&tokens[1..]),
            "|" => {
                let bar = position(&tokens[1..], "|").map_or(0, |bar| bar + 1);
                return bar + 1 + closure_type(&tokens[bar + 1..]);
            }
            // `<T as Trait>::f`
            "<" => {
                *operand = false;
                return after_angles(tokens, 0);
            }
            ".." | "..=" => self.range(tokens),
            _ => {}
        }
        1
    }

    /// An operator behind an operand.
    fn operator(&mut self, tokens: &[Token<'t>], operand: &mut bool) -> usize {
        let token = &tokens[0];
        match token.text {
            "." => return self.member(tokens),
            "?" => return 1,
            "::" if is_at(tokens, 1, "<") => return after_angles(tokens, 1),
            ".." | "..=" => self.range(tokens),
            // A text that another one is added to.
            "+" if tokens
                .get(1)
                .is_some_and(|next| next.is("&") || next.text.starts_with('"')) => {}
            text => {
                let swaps = OPERATOR_SWAPS.iter().find(|(from, _)| *from == text);
                for by in swaps.map(|(_, by)| *by).unwrap_or_default() {
                    self.edits.replace(token.range.clone(), *by);
                }
            }
        }
        *operand = true;
        1
    }

    /// `..` to `..=` and back, where the range has an end.
    fn range(&mut self, tokens: &[Token<'t>]) {
        let has_end = tokens.get(1).is_some_and(|end| {
            let is_value =
                end.is_word() || end.is_literal() || end.group(Delimiter::Parenthesis).is_some();
            is_value || ["-", "*", "&"].iter().any(|prefix| end.is(prefix))
        });
        if has_end {
            let by = if tokens[0].is("..") { "..=" } else { ".." };
            self.edits.replace(tokens[0].range.clone(), by);
        }
    }

    /// A field, or a method with its arguments.
    fn member(&mut self, tokens: &[Token<'t>]) -> usize {
        let Some(name) = tokens.get(1) else { return 1 };
        let call = match is_at(tokens, 2, "::") {
            true => after_angles(tokens, 3),
            false => 2,
        };
        match tokens.get(call) {
            Some(group) if group.group(Delimiter::Parenthesis).is_some() && name.is_word() => {
                self.method(&tokens[..=call]);
                self.arguments(name.text, group);
                call + 1
            }
            // A tuple's field is a literal that is no number.
            _ => 2,
        }
    }

    /// Changes of `.name::<T>(arguments)` itself.
    fn method(&mut self, call: &[Token<'t>]) {
        let [dot, name, .., group] = call else { return };
        let Kind::Group(_, arguments) = &group.kind else {
            return;
        };
        let whole = dot.range.start..group.range.end;
        let from_name = name.range.start..group.range.end;
        let inner = range_of(arguments).map_or("", |range| &self.edits.text[range]);
        let text = name.text;
        let takes_any = !arguments.is_empty();
        for by in renames(text) {
            // `Option::take` and an iterator's are two things.
            if takes_any || text != "take" {
                self.edits.replace(name.range.clone(), by);
            }
        }
        match (text, takes_any) {
            ("rev" | "abs", false) | ("skip" | "take" | "chain" | "step_by", true) => {
                self.edits.remove(whole, "");
            }
            (
                "to_ascii_lowercase" | "to_ascii_uppercase" | "to_lowercase" | "to_uppercase",
                false,
            ) => self.edits.replace(name.range.clone(), "to_owned"),
            ("lines", false) => self.edits.replace(from_name, "split('\\n')"),
            ("split_whitespace" | "split_ascii_whitespace", false) => {
                self.edits.replace(from_name, "split(' ')");
            }
            ("unwrap_or_default", false) => self.edits.replace(name.range.clone(), "unwrap"),
            ("unwrap_or", true) => {
                self.edits.replace(from_name, "unwrap_or_default()");
            }
            ("cmp", true) => {
                let what = format!("reverse .cmp({inner})");
                self.edits.insert(group.range.end, ".reverse()", what);
            }
            // The second call makes an `Option` of what has gone round the end already.
            ("checked_add" | "checked_sub" | "checked_mul", true) => {
                let wrapping = text.replace("checked", "wrapping");
                self.edits
                    .replace(from_name, format!("{wrapping}({inner}).checked_add(0)"));
            }
            _ => {}
        }
    }

    /// The arguments of what is called `name`.
    fn arguments(&mut self, name: &str, group: &Token<'t>) {
        let Kind::Group(_, inner) = &group.kind else {
            return;
        };
        match (name, inner.as_slice()) {
            ("expect" | "expect_err" | "context" | "with_context", _) => {}
            ("with_capacity" | "reserve" | "reserve_exact", [size, rest @ ..])
                if size.is_literal() =>
            {
                self.list(rest.get(1..).unwrap_or_default());
            }
            ("from_secs" | "from_millis" | "from_micros" | "from_nanos", [time])
                if time.is_literal() =>
            {
                // One more or less is nothing that a check may notice.
                self.edits.replace(time.range.clone(), "0");
                self.edits
                    .replace(time.range.clone(), format!("1_000 * {}", time.text));
            }
            _ => {
                if PREDICATES.contains(&name) {
                    self.predicate(inner);
                }
                self.list(inner);
            }
        }
    }

    /// The body of a closure that says yes or no.
    fn predicate(&mut self, arguments: &[Token<'t>]) {
        let start = usize::from(is_at(arguments, 0, "move"));
        if !is_at(arguments, start, "|") {
            return;
        }
        if let Some(end) = position(&arguments[start + 1..], "|") {
            let body = &arguments[start + end + 2..];
            self.replace_condition(&body[..next_separator(body, 0, ",")]);
        }
    }

    fn list(&mut self, tokens: &[Token<'t>]) {
        for part in split(tokens, ",") {
            self.expression(part);
        }
    }

    /// `[a, b]` or `[value; length]`.
    fn array(&mut self, tokens: &[Token<'t>]) {
        match position(tokens, ";") {
            Some(end) => self.expression(&tokens[..end]),
            None => self.list(tokens),
        }
    }

    /// The fields of a struct literal.
    fn fields(&mut self, tokens: &[Token<'t>]) {
        for field in split(tokens, ",") {
            match field {
                [_, colon, value @ ..] if colon.is(":") => self.expression(value),
                [dots, base @ ..] if dots.is("..") => self.expression(base),
                _ => {}
            }
        }
    }

    // ---- Conditions ----

    /// True and false in place of a condition.
    fn replace_condition(&mut self, tokens: &[Token<'t>]) {
        let Some(range) = range_of(tokens) else {
            return;
        };
        let shown = super::short(&self.edits.text[range.clone()]);
        for value in ["true", "false"] {
            let what = format!("replace the condition {shown} by {value}");
            self.edits.push(range.clone(), value, what);
        }
    }

    /// The header of an `if` or a guard. Returns whether it is a plain condition, without `let`.
    fn condition(&mut self, tokens: &[Token<'t>]) -> bool {
        if position(tokens, "let").is_none() {
            self.replace_condition(tokens);
            self.expression(tokens);
            return true;
        }
        for part in split(tokens, "&&") {
            if is_at(part, 0, "let") {
                self.refutable(part);
            } else {
                self.replace_condition(part);
                self.expression(part);
            }
        }
        false
    }

    /// `let PATTERN = VALUE` in a condition.
    fn refutable(&mut self, tokens: &[Token<'t>]) {
        if let Some(equals) = position(tokens, "=") {
            self.pattern(&tokens[1..equals], true);
            self.expression(&tokens[equals + 1..]);
        }
    }

    /// `if` with all its branches. Returns how many tokens it is long.
    fn conditional(&mut self, tokens: &[Token<'t>]) -> Option<usize> {
        let at = header_end(tokens)?;
        let plain = self.condition(&tokens[1..at]);
        let body = tokens[at].braces()?;
        if !is_at(tokens, at + 1, "else") {
            self.block(body, if plain { Block::Branch } else { Block::Other });
            return Some(at + 1);
        }
        self.block(body, Block::Other);
        let rest = &tokens[at + 2..];
        if is_at(rest, 0, "if") {
            return Some(at + 2 + self.conditional(rest)?);
        }
        self.block(rest.first()?.braces()?, Block::Other);
        Some(at + 3)
    }

    fn while_loop(&mut self, tokens: &[Token<'t>]) -> Option<usize> {
        let at = header_end(tokens)?;
        let header = &tokens[1..at];
        let body = tokens[at].braces()?;
        let jumps = mentions(body, &["break", "continue"]);
        if position(header, "let").is_some() {
            self.condition(header);
        } else {
            let range = range_of(header)?;
            let shown = super::short(&self.edits.text[range.clone()]);
            let what = |value| format!("replace the condition {shown} by {value}");
            // With nothing that leaves the loop, `true` only costs the time limit.
            if jumps || mentions(body, &["return", "?"]) {
                self.edits.push(range.clone(), "true", what("true"));
            }
            self.edits.push(range, "false", what("false"));
            self.expression(header);
        }
        if !jumps {
            self.edits.replace(tokens[0].range.clone(), "if");
        }
        self.block(body, Block::Other);
        Some(at + 1)
    }

    fn for_loop(&mut self, tokens: &[Token<'t>]) -> Option<usize> {
        let at = header_end(tokens)?;
        let iterated = &tokens[position(tokens, "in")? + 1..at];
        let range = range_of(iterated)?;
        let text = &self.edits.text[range.clone()];
        for (call, what) in [
            ("skip", "all but the first of"),
            ("take", "only the first of"),
        ] {
            let new = format!("({text}).into_iter().{call}(1)");
            let what = format!("go round for {what} {}", super::short(text));
            self.edits.push(range.clone(), new, what);
        }
        self.expression(iterated);
        self.block(tokens[at].braces()?, Block::Other);
        Some(at + 1)
    }

    // ---- Patterns ----

    fn match_arms(&mut self, tokens: &[Token<'t>]) -> Option<usize> {
        let at = header_end(tokens)?;
        self.expression(&tokens[1..at]);
        let arms = arms(tokens[at].braces()?);
        let rest = arms.iter().position(Arm::takes_all);
        let text_of = |arm: &Arm<'_, 't>| self.types.text_of(arm.body).unwrap_or_default();
        let rest_does = rest.map(|rest| text_of(&arms[rest]));
        // What does the same as the arm for the rest may as well be left to it.
        let same: Vec<bool> = arms
            .iter()
            .map(|arm| Some(text_of(arm)) == rest_does)
            .collect();
        for (index, arm) in arms.iter().enumerate() {
            let is_guarded = arm
                .guard
                .is_some_and(|guard| position(guard, "let").is_none());
            if rest.is_some_and(|rest| index < rest) && !same[index] && !is_guarded {
                let pattern = self.types.text_of(arm.pattern).unwrap_or_default();
                let what = format!("remove the arm {}", super::short(pattern));
                self.edits.push(arm.range.clone(), "", what);
            }
            self.pattern(arm.pattern, rest.is_some());
            if let Some(guard) = arm.guard {
                self.condition(guard);
            }
            match arm.body {
                [block] if block.braces().is_some() => {
                    self.block(block.braces().unwrap_or_default(), Block::Arm);
                }
                body => self.expression(body),
            }
        }
        Some(at + 1)
    }

    /// `open`: what the pattern no longer takes goes somewhere else, and the code compiles.
    fn pattern(&mut self, tokens: &[Token<'t>], open: bool) {
        for part in split_types(tokens) {
            let alternatives: Vec<Range<usize>> = part
                .split(|token| token.is("|"))
                .filter_map(range_of)
                .collect();
            for index in 0..alternatives.len() {
                if open {
                    self.edits
                        .remove_part(&alternatives, index, "the alternative ");
                }
            }
            for (index, token) in part.iter().enumerate() {
                match &token.kind {
                    Kind::Literal => self.literal_at(part, index),
                    Kind::Group(_, inner) => self.pattern(inner, open),
                    // `[first, rest @ ..]` has no range in it.
                    Kind::Operator if index > 0 && (token.is("..=") || token.is("..")) => {
                        self.range(&part[index..]);
                    }
                    _ => {}
                }
            }
        }
    }

    // ---- Macros ----

    fn macro_call(&mut self, name: &str, group: &Token<'t>) {
        let Kind::Group(_, inner) = &group.kind else {
            return;
        };
        match name {
            "format" | "print" | "println" | "format_args" => self.formatted(&split(inner, ",")),
            "write" | "writeln" => {
                let parts = split(inner, ",");
                if let Some((target, rest)) = parts.split_first() {
                    self.expression(target);
                    self.formatted(rest);
                }
            }
            "vec" => self.array(inner),
            "matches" => {
                let comma = next_separator(inner, 0, ",");
                self.expression(&inner[..comma]);
                let rest = inner.get(comma + 1..).unwrap_or_default();
                let guard = position(rest, "if");
                self.pattern(&rest[..guard.unwrap_or(rest.len())], true);
                if let Some(guard) = guard {
                    let guard = &rest[guard + 1..];
                    self.condition(&guard[..next_separator(guard, 0, ",")]);
                }
            }
            "dbg" | "params" | "named_params" | "join" | "try_join" => self.list(inner),
            // What they say is for people, or not compared at all.
            "panic" | "todo" | "unreachable" | "unimplemented" | "eprint" | "eprintln"
            | "error" | "warn" | "info" | "debug" | "trace" | "assert" | "assert_eq"
            | "assert_ne" | "debug_assert" | "debug_assert_eq" | "debug_assert_ne" | "concat"
            | "env" | "include_str" | "include_bytes" | "stringify" | "cfg" => {}
            _ => self.unknown_macro(inner),
        }
    }

    /// Literals are literals everywhere, and behind `=>` stands a body, as in `select!`.
    fn unknown_macro(&mut self, tokens: &[Token<'t>]) {
        let mut behind_arrow = false;
        for token in tokens {
            match &token.kind {
                Kind::Literal => self.literal(token),
                Kind::Group(Delimiter::Brace, inner) if behind_arrow => {
                    self.block(inner, Block::Other)
                }
                Kind::Group(_, inner) => self.unknown_macro(inner),
                _ => {}
            }
            behind_arrow = token.is("=>");
        }
    }

    /// A format string and its arguments.
    ///
    /// Sentences in it are for people: no check should pin their words. Line ends and the signs
    /// around a placeholder are data, as in `"%{}%"` or `"{name}: {value}\r\n"`.
    fn formatted(&mut self, parts: &[&[Token<'t>]]) {
        let Some(([string], arguments)) = parts.split_first() else {
            return parts.iter().for_each(|part| self.expression(part));
        };
        for argument in arguments {
            // `name = value`: the name stays.
            let is_named = is_at(argument, 1, "=");
            self.expression(&argument[if is_named { 2 } else { 0 }..]);
        }
        let Some(string) = Quoted::read(string) else {
            return;
        };
        if self.embedded_sql(&string) {
            return;
        }
        self.line_ends(&string);
        let texts = around_placeholders(string.inner);
        let words: Vec<&str> = texts
            .iter()
            .map(|text| &string.inner[text.clone()])
            .collect();
        if is_prose(&words.join(" ")) {
            return;
        }
        // A word that is gone is always noticed, or nobody's business.
        let is_sign =
            |text: &Range<usize>| !string.inner[text.clone()].contains(char::is_alphabetic);
        for text in texts.into_iter().filter(is_sign) {
            self.leave_out(&string, text);
        }
    }

    // ---- Literals ----

    /// A literal among others; at the end of a range it is a bound.
    fn literal_at(&mut self, tokens: &[Token<'t>], at: usize) {
        let is_range = |at: usize| is_at(tokens, at, "..=") || is_at(tokens, at, "..");
        let is_bound = is_range(at + 1) || at.checked_sub(1).is_some_and(is_range);
        match Quoted::read(&tokens[at]) {
            Some(bound) if is_bound && bound.is_character => {
                for new in characters_beside(bound.inner) {
                    self.quoted(&bound, &new.to_string());
                }
            }
            _ => self.literal(&tokens[at]),
        }
    }

    fn literal(&mut self, token: &Token<'t>) {
        if token.text.starts_with(|first: char| first.is_ascii_digit()) {
            for new in numbers(token.text) {
                self.edits.replace(token.range.clone(), new);
            }
        } else if let Some(string) = Quoted::read(token) {
            self.string(&string);
        }
    }

    fn string(&mut self, string: &Quoted<'t>) {
        if self.embedded_sql(string) {
            return;
        }
        let units = string.units();
        let new = match units.as_slice() {
            [] => "x".to_owned(),
            [only] => other_character(&string.inner[only.clone()]).to_owned(),
            [.., last] => string.inner[..last.start].to_owned(),
        };
        if string.is_character {
            return self.quoted(string, &new);
        }
        if !units.is_empty() {
            self.quoted(string, "");
        }
        self.line_ends(string);
        // Of a sentence nobody should compare each letter.
        if !is_prose(string.inner) {
            self.quoted(string, &new);
        }
    }

    /// A new text between the quotes.
    fn quoted(&mut self, string: &Quoted<'t>, new: &str) {
        let (open, close) = (string.open, string.close);
        self.edits
            .replace(string.range.clone(), format!("{open}{new}{close}"));
    }

    /// A string that is asked what it contains is a set: each member is left out once.
    fn set(&mut self, token: &Token<'t>) {
        let Some(string) = Quoted::read(token).filter(|string| !string.is_character) else {
            return;
        };
        for unit in string.units() {
            self.leave_out(&string, unit);
        }
    }

    fn leave_out(&mut self, string: &Quoted<'t>, part: Range<usize>) {
        let whole = super::short(&self.edits.text[string.range.clone()]);
        let what = format!("remove `{}` from {whole}", &string.inner[part.clone()]);
        self.edits.push(string.within(part), "", what);
    }

    /// A missing CR is what servers take most often that they should not.
    fn line_ends(&mut self, string: &Quoted<'t>) {
        for (at, _) in string.inner.match_indices("\\r\\n") {
            let what = r"replace \r\n by \n".to_owned();
            self.edits.push(string.within(at..at + 2), "", what);
        }
    }

    /// A statement in a string is changed as SQL. Returns whether it is one.
    fn embedded_sql(&mut self, string: &Quoted<'t>) -> bool {
        if !sql::is_statement(string.inner) {
            return false;
        }
        for edit in sql::edits(string.inner).unwrap_or_default() {
            let range = string.within(edit.range);
            self.edits.push(range, edit.replacement, edit.what);
        }
        true
    }
}

/// `== 2` to `!= 2`: what stands in for a binary operator. One each where a second one would be
/// noticed by the same checks.
const OPERATOR_SWAPS: &[(&str, &[&str])] = &[
    ("==", &["!="]),
    ("!=", &["=="]),
    ("<", &["<=", ">"]),
    ("<=", &["<", ">"]),
    (">", &[">=", "<"]),
    (">=", &[">", "<"]),
    ("&&", &["||"]),
    ("||", &["&&"]),
    ("+", &["-"]),
    ("-", &["+"]),
    ("*", &["+"]),
    ("/", &["*"]),
    ("%", &["/"]),
    ("&", &["|"]),
    ("|", &["&"]),
    ("^", &["|"]),
    ("<<", &[">>"]),
    (">>", &["<<"]),
    ("+=", &["-=", "="]),
    ("-=", &["+=", "="]),
    ("*=", &["+="]),
    ("/=", &["*="]),
    ("%=", &["/="]),
    ("&=", &["|=", "="]),
    ("|=", &["&=", "="]),
    ("^=", &["|="]),
    ("<<=", &[">>="]),
    (">>=", &["<<="]),
];

/// Methods that are taken for each other; both ways.
const TWINS: &[(&str, &str)] = &[
    ("min", "max"),
    ("min_by", "max_by"),
    ("min_by_key", "max_by_key"),
    ("first", "last"),
    ("first_mut", "last_mut"),
    ("split_first", "split_last"),
    ("starts_with", "ends_with"),
    ("strip_prefix", "strip_suffix"),
    ("any", "all"),
    ("is_some", "is_none"),
    ("is_some_and", "is_none_or"),
    ("is_ok", "is_err"),
    ("trim_start", "trim_end"),
    ("trim_ascii_start", "trim_ascii_end"),
    ("trim_start_matches", "trim_end_matches"),
    ("take", "skip"),
    ("take_while", "skip_while"),
    ("find", "rfind"),
    ("position", "rposition"),
    ("split_once", "rsplit_once"),
    ("splitn", "rsplitn"),
    ("push_back", "push_front"),
    ("pop_back", "pop_front"),
    ("wrapping_add", "saturating_add"),
    ("wrapping_sub", "saturating_sub"),
    ("wrapping_mul", "saturating_mul"),
    ("fetch_add", "fetch_sub"),
    ("sum", "product"),
    ("floor", "ceil"),
    ("to_be_bytes", "to_le_bytes"),
    ("and", "or"),
];

/// Methods that are taken for a stricter or laxer one.
const NEAR: &[(&str, &[&str])] = &[
    ("trim", &["trim_start", "trim_end"]),
    ("trim_ascii", &["trim_ascii_start", "trim_ascii_end"]),
    ("eq_ignore_ascii_case", &["eq"]),
    ("is_ascii_digit", &["is_ascii_hexdigit"]),
    (
        "is_ascii_hexdigit",
        &["is_ascii_alphanumeric", "is_ascii_digit"],
    ),
    ("is_ascii_alphabetic", &["is_ascii_alphanumeric"]),
    (
        "is_ascii_alphanumeric",
        &["is_ascii_alphabetic", "is_ascii_digit"],
    ),
    ("is_ascii_graphic", &["is_ascii"]),
    ("is_ascii_whitespace", &["is_ascii_control"]),
    ("is_ascii_control", &["is_ascii_whitespace"]),
    ("is_numeric", &["is_alphanumeric"]),
    ("is_alphabetic", &["is_alphanumeric"]),
    ("is_alphanumeric", &["is_alphabetic"]),
    ("split_inclusive", &["split"]),
    ("split_terminator", &["split"]),
];

/// What stands in for a method of this name.
fn renames(name: &str) -> Vec<&'static str> {
    let twin = TWINS.iter().find_map(|&(one, other)| match name {
        _ if name == one => Some(other),
        _ if name == other => Some(one),
        _ => None,
    });
    let near = NEAR.iter().find(|(from, _)| *from == name);
    let near = near.map(|(_, by)| *by).unwrap_or_default();
    twin.iter().chain(near).copied().collect()
}

/// Methods whose closure answers yes or no.
const PREDICATES: &[&str] = &[
    "all",
    "any",
    "filter",
    "find",
    "is_none_or",
    "is_some_and",
    "partition",
    "position",
    "retain",
    "rposition",
    "skip_while",
    "take_while",
];

/// Macros whose output is what a program does; those that talk to people may as well be gone.
const WRITES: &[&str] = &["print", "println", "write", "writeln"];

/// The tokens of a statement without its `;`.
fn without_end<'s, 't>(tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    match tokens {
        [rest @ .., end] if end.is(";") => rest,
        _ => tokens,
    }
}

/// How many tokens of `-> TYPE` stand between a closure's bars and its block.
fn closure_type(tokens: &[Token<'_>]) -> usize {
    match tokens.first() {
        Some(arrow) if arrow.is("->") => tokens
            .iter()
            .position(|token| token.braces().is_some())
            .unwrap_or(0),
        _ => 0,
    }
}

/// The name of the type that an `impl` is for.
fn self_type<'t>(header: &[Token<'t>]) -> Option<&'t str> {
    let start = match position(header, "for") {
        Some(at) => at + 1,
        None if is_at(header, 0, "<") => after_angles(header, 0),
        None => 0,
    };
    let path = header[start..].iter();
    let path = path.take_while(|token| token.is_word() && !token.is("where") || token.is("::"));
    path.last().map(|token| token.text)
}

// ---- Inside of literals ----

/// A string, byte string, character or byte literal.
struct Quoted<'t> {
    /// The bytes of the file that it takes.
    range: Range<usize>,
    /// `"`, `b"`, `r#"`, `'` or `b'`.
    open: &'t str,
    inner: &'t str,
    close: &'t str,
    is_raw: bool,
    is_character: bool,
}

impl<'t> Quoted<'t> {
    /// None of what is no such literal, and of a C string.
    fn read(token: &Token<'t>) -> Option<Self> {
        let text = token.text;
        let quote = text.find(['"', '\''])?;
        let prefix = text[..quote].trim_end_matches('#');
        if !token.is_literal() || !["", "b", "r", "br"].contains(&prefix) {
            return None;
        }
        let open = quote + 1;
        let close = text.len() - 1 - (quote - prefix.len());
        Some(Self {
            range: token.range.clone(),
            open: &text[..open],
            inner: &text[open..close],
            close: &text[close..],
            is_raw: prefix.contains('r'),
            is_character: text[quote..].starts_with('\''),
        })
    }

    /// A range of `inner` as one of the file.
    fn within(&self, range: Range<usize>) -> Range<usize> {
        let start = self.range.start + self.open.len();
        start + range.start..start + range.end
    }

    /// The characters, as ranges of `inner`; an escape is one. A line that goes on has none
    /// where it is broken.
    fn units(&self) -> Vec<Range<usize>> {
        let mut units = Vec::new();
        let mut at = 0;
        while let Some(first) = self.inner[at..].chars().next() {
            let rest = &self.inner[at..];
            let goes_on = rest.starts_with("\\\n") || rest.starts_with("\\\r\n");
            if goes_on && !self.is_raw {
                at += 1 + rest[1..].len() - rest[1..].trim_start().len();
                continue;
            }
            let length = match first {
                '\\' if !self.is_raw => escape_length(rest),
                other => other.len_utf8(),
            };
            units.push(at..at + length);
            at += length;
        }
        units
    }
}

/// The length of the escape that a text begins with.
fn escape_length(text: &str) -> usize {
    match text.as_bytes().get(1) {
        Some(b'u') => text.find('}').map_or(text.len(), |end| end + 1),
        Some(b'x') => 4,
        Some(_) => 2,
        None => 1,
    }
}

/// A character that a careless reader takes for this one.
fn other_character(unit: &str) -> &'static str {
    const LETTERS: &str = "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz";
    const DIGITS: &str = "0123456789";
    match unit {
        " " => r"\t",
        r"\t" => " ",
        r"\n" => r"\r",
        r"\r" => r"\n",
        "9" => "8",
        _ => {
            if let Some(at) = LETTERS.find(unit) {
                &LETTERS[at ^ 1..(at ^ 1) + 1]
            } else if let Some(at) = DIGITS.find(unit) {
                &DIGITS[at + 1..at + 2]
            } else {
                "x"
            }
        }
    }
}

/// The letters or digits before and after this one; none of any other character.
fn characters_beside(unit: &str) -> impl Iterator<Item = char> {
    let byte = match unit.as_bytes() {
        [byte] if byte.is_ascii_alphanumeric() => Some(*byte),
        _ => None,
    };
    let beside = byte.into_iter().flat_map(|byte| [byte - 1, byte + 1]);
    beside.filter(u8::is_ascii_alphanumeric).map(char::from)
}

/// Two words or more: what people read.
fn is_prose(text: &str) -> bool {
    let has_letters = |word: &&str| word.chars().any(char::is_alphabetic);
    text.split_whitespace().filter(has_letters).count() >= 2
}

/// The ranges of a format string that are no placeholders.
fn around_placeholders(text: &str) -> Vec<Range<usize>> {
    let mut texts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(brace) = text[at..].find('{').map(|brace| at + brace) {
        if text[brace..].starts_with("{{") {
            at = brace + 2;
            continue;
        }
        texts.push(start..brace);
        start = text[brace..]
            .find('}')
            .map_or(text.len(), |end| brace + end + 1);
        at = start;
    }
    texts.push(start..text.len());
    texts.retain(|range| !range.is_empty());
    texts
}

/// The numbers to try instead of a literal, written as it is.
fn numbers(literal: &str) -> Vec<String> {
    let (prefix, radix) = match literal.get(..2) {
        Some("0x") => ("0x", 16),
        Some("0o") => ("0o", 8),
        Some("0b") => ("0b", 2),
        _ => ("", 10),
    };
    let rest = &literal[prefix.len()..];
    let is_digit = |c: char| c == '_' || c.is_digit(radix);
    let (digits, suffix) = rest.split_at(rest.find(|c| !is_digit(c)).unwrap_or(rest.len()));
    if suffix.starts_with(['.', 'e', 'E', 'f']) {
        let is_zero = !literal.contains(|c: char| ('1'..='9').contains(&c));
        return vec![if is_zero { "1.0" } else { "0.0" }.to_owned()];
    }
    let Ok(value) = u128::from_str_radix(&digits.replace('_', ""), radix) else {
        return Vec::new();
    };
    let written = |value| match radix {
        16 => format!("0x{value:x}{suffix}"),
        8 => format!("0o{value:o}{suffix}"),
        2 => format!("0b{value:b}{suffix}"),
        _ => format!("{value}{suffix}"),
    };
    neighbours(value).map(written).collect()
}
