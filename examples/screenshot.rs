//! Draws the watcher's screen as it really is: runs it on a pseudo-terminal with
//! an answer of the course and writes what it shows as SVG.
//!
//!     cargo run --example screenshot -- http1 exercises/02_http/wrong/http1/SOME.rs > docs/watch.svg

#[cfg(unix)]
fn main() {
    use std::io::{Read as _, Write as _};
    use std::num::NonZero;
    use std::process::Command;
    use std::{env, fs, thread, time};

    let arguments: Vec<String> = env::args().skip(1).collect();
    let [exercise, answer] = arguments.as_slice() else {
        eprintln!("usage: screenshot EXERCISE ANSWER-FILE");
        std::process::exit(2);
    };
    let built = env::current_exe().expect("a program knows where it is");
    let program = built
        .ancestors()
        .nth(2)
        .expect("examples stand below")
        .join("backlings");
    let place = tempfile::tempdir().expect("a temporary directory");
    let workspace = place.path().join("backlings");
    let call = |args: &[&str]| {
        let output = Command::new(&program)
            .args(args)
            .output()
            .expect("backlings is built");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let root = workspace.display().to_string();
    call(&["init", &root, "--course", env!("CARGO_MANIFEST_DIR")]);
    let list: serde_json::Value =
        serde_json::from_str(&call(&["--workspace", &root, "list", "--format", "json"]))
            .expect("a list");
    // Somebody has come as far as this exercise.
    for one in list["exercises"].as_array().expect("exercises") {
        if one["exercise"] == exercise.as_str() {
            let text = fs::read_to_string(answer).expect("the answer can be read");
            // Its first line names the check that catches it; a learner has no such line.
            let text = text
                .split_once("fails: ")
                .map_or(text.as_str(), |(_, rest)| {
                    rest.split_once('\n').map_or("", |(_, text)| text)
                });
            fs::write(workspace.join(one["file"].as_str().expect("a file")), text)
                .expect("the workspace can be written");
            call(&["--workspace", &root, "run", exercise]);
            break;
        }
        let file = one["file"].as_str().expect("a file");
        let (chapter, name) = file.rsplit_once('/').expect("below a chapter");
        let solution = format!("{}/{chapter}/solutions/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::copy(solution, workspace.join(file)).expect("a solution");
        call(&[
            "--workspace",
            &root,
            "run",
            one["exercise"].as_str().expect("a name"),
        ]);
    }

    let (rows, columns) = (32, 96);
    let (mut pty, pts) = pty_process::blocking::open().expect("a pseudo-terminal");
    pty.resize(pty_process::Size::new(rows, columns))
        .expect("a size");
    let mut child = pty_process::blocking::Command::new(&program)
        .args(["--workspace", &root])
        .env("TERM", "xterm-256color")
        .spawn(pts)
        .expect("the watcher starts");
    let size = |lines| NonZero::new(lines).expect("not zero");
    let mut parser = vt100::Parser::new(size(rows), size(columns), 0);
    let mut bytes = [0; 65536];
    while let Ok(count @ 1..) = pty.read(&mut bytes) {
        parser.process(&bytes[..count]);
        let whole = bytes[..count].ends_with(b"\x1b[?2026l");
        if whole && parser.screen().contents().contains(" ms, checks ") {
            break;
        }
    }
    print!("{}", svg(parser.screen()));
    pty.write_all(b"q").expect("it can be left");
    thread::spawn(move || while pty.read(&mut bytes).is_ok_and(|count| count > 0) {});
    thread::sleep(time::Duration::from_millis(100));
    child.wait().expect("it ends");
}

#[cfg(unix)]
fn svg(screen: &vt100::Screen) -> String {
    use std::fmt::Write as _;

    const CELL: (u32, u32) = (9, 19);
    const MARGIN: u32 = 16;
    let (rows, columns) = screen.size();
    let width = u32::from(columns.get()) * CELL.0 + 2 * MARGIN;
    let height = u32::from(rows.get()) * CELL.1 + 2 * MARGIN;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"The backlings watcher\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>\n\
         <g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" \
         font-size=\"15\" xml:space=\"preserve\">\n"
    );
    for row in 0..rows.get() {
        let y = MARGIN + u32::from(row) * CELL.1 + 14;
        let mut column = 0;
        while column < columns.get() {
            let Some(cell) = screen.cell(row, column) else {
                break;
            };
            let look = |cell: &vt100::Cell| (cell.fgcolor(), cell.bold(), cell.dim());
            let start = column;
            let mut run = String::new();
            while let Some(next) = screen
                .cell(row, column)
                .filter(|next| look(next) == look(cell))
            {
                run.push_str(if next.has_contents() {
                    next.contents()
                } else {
                    " "
                });
                column += 1;
            }
            if run.trim().is_empty() {
                continue;
            }
            let run = run
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            let x = MARGIN + u32::from(start) * CELL.0;
            let length = u32::from(column - start) * CELL.0;
            let weight = if cell.bold() {
                " font-weight=\"bold\""
            } else {
                ""
            };
            let opacity = if cell.dim() { " opacity=\"0.6\"" } else { "" };
            let _ = writeln!(
                text,
                "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" fill=\"{}\"{weight}{opacity}>{run}</text>",
                color(cell.fgcolor())
            );
        }
    }
    text + "</g>\n</svg>\n"
}

#[cfg(unix)]
fn color(color: vt100::Color) -> &'static str {
    match color {
        vt100::Color::Idx(1 | 9) => "#ff6b6b",
        vt100::Color::Idx(2 | 10) => "#7bd88f",
        vt100::Color::Idx(3 | 11) => "#f5c66b",
        vt100::Color::Idx(4 | 12) => "#7aa2f7",
        vt100::Color::Idx(6 | 14) => "#6fd3e0",
        _ => "#d6d9e0",
    }
}

#[cfg(not(unix))]
fn main() {
    eprintln!("the picture is drawn on a pseudo-terminal, which this system has not");
}
