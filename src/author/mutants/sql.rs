//! SQL, from tokens of its own: a statement has no braces, but its clauses begin with keywords and
//! its parentheses have a depth.

use std::collections::HashSet;
use std::ops::Range;

use super::{Edit, Edits, neighbours, place};

/// All changes of statements.
pub(super) fn edits(text: &str) -> Result<Vec<Edit>, String> {
    let tokens = tokens(text)?;
    let mut walk = Walk {
        assignments: assignments(&tokens),
        edits: Edits::new(text),
        tokens,
    };
    for at in 0..walk.tokens.len() {
        walk.token(at);
    }
    Ok(walk.edits.list)
}

/// Whether a text of another language is an SQL statement.
pub(super) fn is_statement(text: &str) -> bool {
    const VERBS: &[&str] = &[
        "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE", "REPLACE",
    ];
    let mut words = text.split_whitespace();
    // Written large, and more than one word: `DELETE` alone is a method of HTTP.
    words.next().is_some_and(|first| VERBS.contains(&first)) && words.next().is_some()
}

// ---- Tokens ----

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A keyword or a name.
    Word,
    /// A name in quotes, or a placeholder of a format string.
    Quoted,
    Text,
    Number,
    Parameter,
    Operator,
    Open,
    Close,
    Comma,
    Semicolon,
}

#[derive(Debug)]
struct Token<'t> {
    range: Range<usize>,
    text: &'t str,
    kind: Kind,
    /// In how many parentheses and `CASE ... END` it stands; these themselves stand outside.
    depth: usize,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Operator) && self.text.eq_ignore_ascii_case(word)
    }

    fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Whether an operand ends here, so that an operator of two sides may follow.
    fn ends_operand(&self) -> bool {
        match self.kind {
            Kind::Word => !self.is_any(BEFORE_OPERAND),
            Kind::Operator | Kind::Open | Kind::Comma | Kind::Semicolon => false,
            Kind::Quoted | Kind::Text | Kind::Number | Kind::Parameter | Kind::Close => true,
        }
    }
}

/// Keywords that an operand follows.
const BEFORE_OPERAND: &[&str] = &[
    "SELECT",
    "DISTINCT",
    "ALL",
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "ON",
    "BY",
    "WHEN",
    "THEN",
    "ELSE",
    "CASE",
    "IN",
    "LIKE",
    "GLOB",
    "BETWEEN",
    "IS",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "SET",
    "VALUES",
    "RETURNING",
    "DEFAULT",
];

/// Keywords that end the clause before them.
const CLAUSES: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "RETURNING",
    "SET",
    "VALUES",
    "ON",
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "CROSS",
    "NATURAL",
    "ROWS",
    "RANGE",
    "GROUPS",
    "DO",
];

fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    // What is open: true for `CASE`, false for a parenthesis.
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let (length, kind) = next(&text[at..], first).map_err(|what| {
            let (line, column) = place(text, at);
            format!("line {line}, column {column}: {what} has no end")
        })?;
        let range = at..at + length;
        at = range.end;
        let Some(kind) = kind else { continue };
        let mut token = Token {
            text: &text[range.clone()],
            range,
            kind,
            depth: open.len(),
        };
        let closes = token.kind == Kind::Close || token.is("END") && open.last() == Some(&true);
        if closes {
            open.pop();
            token.depth = open.len();
        } else if token.kind == Kind::Open || token.is("CASE") {
            open.push(token.kind != Kind::Open);
        }
        tokens.push(token);
    }
    Ok(tokens)
}

/// Length and kind of what a text begins with; no kind for space and comments.
fn next(text: &str, first: char) -> Result<(usize, Option<Kind>), &'static str> {
    let while_ = |wanted: &dyn Fn(char) -> bool| text.find(|c| !wanted(c)).unwrap_or(text.len());
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let until = |end: &str, what| {
        let found = text.get(first.len_utf8()..).and_then(|rest| rest.find(end));
        found
            .map(|at| first.len_utf8() + at + end.len())
            .ok_or(what)
    };
    Ok(match first {
        _ if first.is_whitespace() => (while_(&char::is_whitespace), None),
        // The next statement of a file, whether or not the one before it was ended.
        _ if text.starts_with("-- query:") => (while_(&|c| c != '\n'), Some(Kind::Semicolon)),
        _ if text.starts_with("--") => (while_(&|c| c != '\n'), None),
        _ if text.starts_with("/*") => (until("*/", "a comment")?, None),
        '\'' => (quoted(text, '\'').ok_or("a text")?, Some(Kind::Text)),
        '"' | '`' => (quoted(text, first).ok_or("a name")?, Some(Kind::Quoted)),
        '[' => (until("]", "a name")?, Some(Kind::Quoted)),
        '{' => (until("}", "a placeholder")?, Some(Kind::Quoted)),
        '?' | ':' | '@' => (1 + while_name(&text[1..]), Some(Kind::Parameter)),
        '(' => (1, Some(Kind::Open)),
        ')' => (1, Some(Kind::Close)),
        ',' => (1, Some(Kind::Comma)),
        ';' => (1, Some(Kind::Semicolon)),
        _ if first.is_ascii_digit() => (while_(&|c| is_name(c) || c == '.'), Some(Kind::Number)),
        _ if is_name(first) => (while_(&is_name), Some(Kind::Word)),
        _ => {
            let known = OPERATORS.iter().find(|known| text.starts_with(**known));
            (
                known.map_or(first.len_utf8(), |known| known.len()),
                Some(Kind::Operator),
            )
        }
    })
}

fn while_name(text: &str) -> usize {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text.find(|c| !is_name(c)).unwrap_or(text.len())
}

/// The length of a quoted text; a quote in it is written twice.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text[at..].find(quote)? + 1;
        if !text[at..].starts_with(quote) {
            return Some(at);
        }
        at += 1;
    }
}

const OPERATORS: &[&str] = &["->>", "->", "<>", "!=", "<=", ">=", "<<", ">>", "==", "||"];

/// The equals signs that assign and do not compare: those of `SET` and `PRAGMA`.
fn assignments(tokens: &[Token<'_>]) -> HashSet<usize> {
    let mut found = HashSet::new();
    for (at, token) in tokens.iter().enumerate() {
        if assigns(tokens, at) || token.is("PRAGMA") {
            for part in parts(tokens, at + 1..clause_end(tokens, at + 1, token.depth)) {
                let depth = token.depth;
                let mut signs = part.filter(|&at| tokens[at].is("=") && tokens[at].depth == depth);
                found.extend(signs.next());
            }
        }
    }
    found
}

/// Whether assignments follow: not so in `ON DELETE SET NULL`.
fn assigns(tokens: &[Token<'_>], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| &tokens[at]);
    let is_action = before(1).is_some_and(|token| token.is_any(&["DELETE", "UPDATE"]))
        && before(2).is_some_and(|token| token.is("ON"));
    tokens[at].is("SET") && !is_action
}

/// The index behind the clause that goes on at `at` and at this depth.
fn clause_end(tokens: &[Token<'_>], at: usize, depth: usize) -> usize {
    let ends = |&at: &usize| {
        let token = &tokens[at];
        // `IS DISTINCT FROM` is an operator.
        let is_operator = token.is("FROM") && tokens[at - 1].is("DISTINCT");
        let is_next = token.is_any(CLAUSES) && !is_operator || token.kind == Kind::Semicolon;
        token.depth < depth || token.depth == depth && is_next
    };
    (at..tokens.len()).find(ends).unwrap_or(tokens.len())
}

/// The parts between commas of the first one's depth.
fn parts(tokens: &[Token<'_>], range: Range<usize>) -> Vec<Range<usize>> {
    separated(tokens, range, |at| tokens[at].kind == Kind::Comma)
}

/// The parts between separators of the first one's depth.
fn separated(
    tokens: &[Token<'_>],
    range: Range<usize>,
    is_separator: impl Fn(usize) -> bool,
) -> Vec<Range<usize>> {
    let depth = tokens.get(range.start).map_or(0, |token| token.depth);
    let mut parts = Vec::new();
    let mut start = range.start;
    for at in range.clone() {
        if tokens[at].depth == depth && is_separator(at) {
            parts.push(start..at);
            start = at + 1;
        }
    }
    parts.push(start..range.end);
    parts.retain(|part| !part.is_empty());
    parts
}

// ---- Changes ----

struct Walk<'t> {
    edits: Edits<'t>,
    tokens: Vec<Token<'t>>,
    assignments: HashSet<usize>,
}

impl Walk<'_> {
    fn token(&mut self, at: usize) {
        match self.tokens[at].kind {
            Kind::Operator => self.operator(at),
            Kind::Number => self.number(at),
            Kind::Text => self.text(at),
            Kind::Word => {
                let word = self.tokens[at].text.to_ascii_uppercase();
                self.logic(at, &word);
                self.clause(at, &word);
                self.call(at, &word);
                self.definition(at, &word);
            }
            _ => {}
        }
    }

    /// Whether the token at an index is this keyword or operator.
    fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(word))
    }

    /// Whether the token before is this keyword or operator.
    fn follows(&self, at: usize, word: &str) -> bool {
        at > 0 && self.is(at - 1, word)
    }

    fn is_kind(&self, at: usize, kind: Kind) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == kind)
    }

    /// The bytes of some tokens.
    fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        self.tokens[tokens.start].range.start..self.tokens[tokens.end - 1].range.end
    }

    /// Replaces some tokens, in capitals or not as the first of them is written.
    fn replace(&mut self, tokens: Range<usize>, by: &str) {
        let is_small = self.tokens[tokens.start]
            .text
            .starts_with(char::is_lowercase);
        let by = if is_small {
            by.to_ascii_lowercase()
        } else {
            by.to_owned()
        };
        self.edits.replace(self.bytes(tokens), by);
    }

    fn remove(&mut self, tokens: Range<usize>) {
        self.edits.remove(self.bytes(tokens), "");
    }

    /// Takes one part out of a list; a part that stands alone stays.
    fn remove_part(&mut self, parts: &[Range<usize>], index: usize, kind: &str) {
        let parts: Vec<_> = parts.iter().map(|part| self.bytes(part.clone())).collect();
        self.edits.remove_part(&parts, index, kind);
    }

    fn operator(&mut self, at: usize) {
        let token = &self.tokens[at];
        let has_left = at > 0 && self.tokens[at - 1].ends_operand();
        let swaps: &[&str] = match token.text {
            _ if self.assignments.contains(&at) => &[],
            "-" if !has_left => return self.remove(at..at + 1),
            _ if !has_left => &[],
            "=" | "==" => &["<>"],
            "<>" | "!=" => &["="],
            "<" => &["<=", ">"],
            "<=" => &["<", ">"],
            ">" => &[">=", "<"],
            ">=" => &[">", "<"],
            "+" => &["-"],
            "-" => &["+"],
            "*" => &["+"],
            "/" => &["*"],
            "%" => &["/"],
            "&" => &["|"],
            "|" => &["&"],
            "<<" => &[">>"],
            ">>" => &["<<"],
            _ => &[],
        };
        for by in swaps {
            self.replace(at..at + 1, by);
        }
    }

    fn number(&mut self, at: usize) {
        // The length in `VARCHAR(20)` says nothing to SQLite, and the rows that `EXISTS` finds
        // have no values that anybody sees.
        let in_type =
            at > 1 && self.tokens[at - 2].is_any(&["CHAR", "VARCHAR", "DECIMAL", "NUMERIC"]);
        let in_exists = at > 2 && self.is(at - 1, "SELECT") && self.is(at - 3, "EXISTS");
        if in_type || in_exists {
            return;
        }
        let text = self.tokens[at].text;
        let new: Vec<String> = match text.parse::<u128>() {
            Ok(value) => neighbours(value).map(|value| value.to_string()).collect(),
            Err(_) if text.contains(|c: char| ('1'..='9').contains(&c)) => {
                vec!["0.0".to_owned()]
            }
            Err(_) => vec!["1.0".to_owned()],
        };
        for new in new {
            self.replace(at..at + 1, &new);
        }
    }

    fn text(&mut self, at: usize) {
        // An escape is exactly one character.
        if self.follows(at, "ESCAPE") {
            return;
        }
        let text = self.tokens[at].text;
        let inner = &text[1..text.len() - 1];
        if inner.is_empty() {
            return self.replace(at..at + 1, "'x'");
        }
        self.replace(at..at + 1, "''");
        let shorter = match inner.strip_suffix("''") {
            Some(shorter) => shorter,
            None => &inner[..inner.char_indices().last().map_or(0, |(last, _)| last)],
        };
        let shorter = format!("'{shorter}'");
        self.edits.replace(self.bytes(at..at + 1), shorter);
        if (self.follows(at, "LIKE") || self.follows(at, "GLOB")) && inner.starts_with(['%', '*']) {
            let shorter = format!("'{}'", &inner[1..]);
            self.edits.replace(self.bytes(at..at + 1), shorter);
        }
    }

    /// What is true, false and NULL.
    fn logic(&mut self, at: usize, word: &str) {
        match word {
            "AND" if !self.belongs_to_between(at) => self.replace(at..at + 1, "OR"),
            "OR" if self.follows(at, "INSERT") || self.follows(at, "UPDATE") => {
                self.remove(at..at + 2);
            }
            "OR" if !self.follows(at, "CREATE") => self.replace(at..at + 1, "AND"),
            "NOT" if self.follows(at, "IF") || self.follows(at, "IS") => {}
            // In a column's definition.
            "NOT" if self.is(at + 1, "NULL") => self.remove(at..at + 2),
            "NOT" => self.remove(at..at + 1),
            "IS" if self.is(at + 1, "NOT") => {
                self.replace(at..at + 2, "IS");
                if !self.is(at + 2, "NULL") && !self.is(at + 2, "DISTINCT") {
                    self.replace(at..at + 2, "<>");
                }
            }
            "IS" => {
                self.replace(at..at + 1, "IS NOT");
                if !self.is(at + 1, "NULL") && !self.is(at + 1, "DISTINCT") {
                    self.replace(at..at + 1, "=");
                }
            }
            "IN" | "LIKE" | "GLOB" | "BETWEEN" | "EXISTS"
                if !self.follows(at, "NOT") && !self.follows(at, "IF") =>
            {
                self.replace(at..at + 1, &format!("NOT {word}"));
            }
            _ => {}
        }
    }

    /// Whether an `AND` is that of `x BETWEEN a AND b`.
    fn belongs_to_between(&self, at: usize) -> bool {
        let depth = self.tokens[at].depth;
        let before = self.tokens[..at].iter().rev();
        let mut before = before
            .take_while(|token| token.depth >= depth && !token.is_any(CLAUSES))
            .filter(|token| token.depth == depth);
        before
            .find(|token| token.is_any(&["AND", "OR", "BETWEEN"]))
            .is_some_and(|token| token.is("BETWEEN"))
    }

    /// The parts of a query.
    fn clause(&mut self, at: usize, word: &str) {
        match word {
            "SELECT" => self.select(at),
            "DISTINCT" if !self.follows(at, "FROM") && !self.is(at + 1, "FROM") => {
                self.remove(at..at + 1);
            }
            "JOIN" => self.join(at),
            "ASC" => self.replace(at..at + 1, "DESC"),
            "DESC" => self.replace(at..at + 1, "ASC"),
            "FIRST" if self.follows(at, "NULLS") => self.replace(at..at + 1, "LAST"),
            "LAST" if self.follows(at, "NULLS") => self.replace(at..at + 1, "FIRST"),
            "BY" => self.terms(at),
            "LIMIT" | "OFFSET" if self.is_kind(at + 1, Kind::Parameter) => {
                let what = format!("add 1 to {word} {}", self.tokens[at + 1].text);
                self.edits
                    .insert(self.tokens[at + 1].range.end, " + 1", what);
            }
            "UNION" if self.is(at + 1, "ALL") => self.replace(at..at + 2, "UNION"),
            "UNION" => self.replace(at..at + 1, "UNION ALL"),
            "EXCEPT" => self.replace(at..at + 1, "INTERSECT"),
            "INTERSECT" => self.replace(at..at + 1, "EXCEPT"),
            "WHERE" | "HAVING" => self.condition(at, true),
            "ON" if self.is(at + 1, "CONFLICT") => self.on_conflict(at),
            "ON" if !self.is(at + 1, "DELETE") && !self.is(at + 1, "UPDATE") => {
                self.condition(at, false);
            }
            "SET" if assigns(&self.tokens, at) => {
                let end = clause_end(&self.tokens, at + 1, self.tokens[at].depth);
                let parts = parts(&self.tokens, at + 1..end);
                for index in 0..parts.len() {
                    self.remove_part(&parts, index, "the assignment ");
                }
            }
            _ => {}
        }
    }

    /// `SELECT` to `SELECT DISTINCT`, where rows may repeat and somebody sees that.
    fn select(&mut self, at: usize) {
        let depth = self.tokens[at].depth;
        let is_over = |token: &Token<'_>| {
            let is_next = token.kind == Kind::Semicolon || token.is("SELECT");
            token.depth < depth || token.depth == depth && is_next
        };
        let rest = self.tokens[at + 1..].iter();
        let query = rest.take_while(|token| !is_over(token));
        let query: Vec<_> = query.filter(|token| token.depth == depth).collect();
        let has = |words: &[&str]| query.iter().any(|token| token.is_any(words));
        // One row for each group, or one of all: there is nothing that repeats.
        let is_grouped = has(&["GROUP"]) || has(AGGREGATES);
        // Rows of one table that show their key.
        let mut columns = query.iter().take_while(|token| !token.is("FROM"));
        let is_unique =
            (self.is(at + 1, "*") || columns.any(|token| token.is("id"))) && !has(&["JOIN"]);
        let has_word = self.is(at + 1, "DISTINCT") || self.is(at + 1, "ALL");
        let is_asked = at > 1 && self.tokens[at - 2].is_any(&["EXISTS", "IN"]);
        let is_united = at > 0 && self.tokens[at - 1].is_any(&["UNION", "EXCEPT", "INTERSECT"]);
        if !is_grouped && !is_unique && !has_word && !is_asked && !is_united {
            self.replace(at..at + 1, "SELECT DISTINCT");
        }
    }

    fn join(&mut self, at: usize) {
        let is = |before: usize, word: &str| at >= before && self.is(at - before, word);
        if is(1, "LEFT") {
            self.replace(at - 1..at + 1, "JOIN");
        } else if is(1, "OUTER") && is(2, "LEFT") {
            self.replace(at - 2..at + 1, "JOIN");
        } else if is(1, "INNER") {
            self.replace(at - 1..at + 1, "LEFT JOIN");
        } else if at > 0
            && !self.tokens[at - 1].is_any(&["CROSS", "NATURAL", "OUTER", "RIGHT", "FULL"])
        {
            self.replace(at..at + 1, "LEFT JOIN");
        }
    }

    /// The terms of `ORDER BY` and `GROUP BY`.
    fn terms(&mut self, at: usize) {
        let is_order = self.follows(at, "ORDER");
        if !is_order && !self.follows(at, "GROUP") {
            return;
        }
        let parts = parts(
            &self.tokens,
            at + 1..clause_end(&self.tokens, at + 1, self.tokens[at].depth),
        );
        let Some(last) = parts.len().checked_sub(1) else {
            return;
        };
        if parts.len() > 1 {
            self.remove_part(&parts, last, "the term ");
        } else if is_order {
            self.remove(at - 1..parts[last].end);
        }
        for part in parts.iter().filter(|_| is_order) {
            // A placeholder may stand for a direction.
            let is_direction = |token: &Token<'_>| {
                token.is_any(&["ASC", "DESC", "NULLS"]) || token.text.starts_with('{')
            };
            let term = &self.tokens[part.clone()];
            if !term.iter().any(is_direction) {
                let end = self.bytes(part.clone());
                let what = format!(
                    "add DESC to {}",
                    super::short(&self.edits.text[end.clone()])
                );
                self.edits.insert(end.end, " DESC", what);
            }
        }
    }

    /// What `WHERE`, `HAVING` or `ON` asks: each conjunct, or all of it.
    fn condition(&mut self, at: usize, may_go: bool) {
        let range = at + 1..clause_end(&self.tokens, at + 1, self.tokens[at].depth);
        let Some(depth) = self.tokens.get(range.start).map(|token| token.depth) else {
            return;
        };
        let has_or = self.tokens[range.clone()]
            .iter()
            .any(|token| token.depth == depth && token.is("OR"));
        let is_and = |at: usize| self.is(at, "AND") && !self.belongs_to_between(at);
        let parts = separated(&self.tokens, range.clone(), is_and);
        if parts.len() > 1 && !has_or {
            for index in 0..parts.len() {
                self.remove_part(&parts, index, "the condition ");
            }
        } else if self.is(at, "HAVING") && !range.is_empty() {
            self.remove(at..range.end);
        } else if may_go && !range.is_empty() {
            // Not removed: in `FILTER (WHERE ...)` something must stand.
            let bytes = self.bytes(range);
            let shown = super::short(&self.edits.text[bytes.clone()]);
            self.edits.push(
                bytes,
                "TRUE",
                format!("replace the condition {shown} by TRUE"),
            );
        }
    }

    /// `ON CONFLICT (...) DO UPDATE SET ...`, as a whole and what it does.
    fn on_conflict(&mut self, at: usize) {
        let depth = self.tokens[at].depth;
        let rest = self.tokens[at..].iter();
        let ends = |token: &&Token<'_>| {
            token.depth >= depth && token.kind != Kind::Semicolon && !token.is("RETURNING")
        };
        let end = at + rest.take_while(ends).count();
        self.remove(at..end);
        if let Some(action) = (at..end).find(|&at| self.is(at, "DO") && self.is(at + 1, "UPDATE")) {
            self.replace(action..end, "DO NOTHING");
        }
    }

    fn call(&mut self, at: usize, word: &str) {
        if !self.is_kind(at + 1, Kind::Open) {
            return;
        }
        let depth = self.tokens[at].depth;
        let close = (at + 2..self.tokens.len()).find(|&close| {
            self.tokens[close].kind == Kind::Close && self.tokens[close].depth == depth
        });
        let Some(close) = close.filter(|close| *close > at + 2) else {
            return;
        };
        let arguments = parts(&self.tokens, at + 2..close);
        let is_star = self.is(at + 2, "*");
        let by = match word {
            "SUM" => Some("AVG"),
            "AVG" => Some("SUM"),
            "MIN" => Some("MAX"),
            "MAX" => Some("MIN"),
            "COUNT" if !is_star => {
                let name = self.tokens[at].text;
                self.replace(at..close + 1, &format!("{name}(*)"));
                None
            }
            _ => None,
        };
        if let Some(by) = by {
            self.replace(at..at + 1, by);
        }
        let takes_distinct = ["COUNT", "SUM", "AVG"].contains(&word);
        if takes_distinct && !is_star && !self.is(at + 2, "DISTINCT") {
            let what = format!(
                "add DISTINCT to {}",
                super::short(&self.edits.text[self.bytes(at..close + 1)])
            );
            self.edits
                .insert(self.tokens[at + 2].range.start, "DISTINCT ", what);
        }
        if ["COALESCE", "IFNULL"].contains(&word) && arguments.len() > 1 {
            let first = self.bytes(arguments[0].clone());
            self.edits
                .replace(self.bytes(at..close + 1), &self.edits.text[first]);
        }
    }

    /// The rules that a schema sets.
    fn definition(&mut self, at: usize, word: &str) {
        match word {
            "UNIQUE" if self.follows(at, "CREATE") || !self.is_kind(at + 1, Kind::Open) => {
                self.remove(at..at + 1);
            }
            "ON" if self.is(at + 1, "DELETE") || self.is(at + 1, "UPDATE") => {
                let is_long = self.is(at + 2, "SET") || self.is(at + 2, "NO");
                let end = at + if is_long { 4 } else { 3 };
                self.remove(at..end.min(self.tokens.len()));
            }
            _ => {}
        }
    }
}

/// Functions that make one value of many rows.
const AGGREGATES: &[&str] = &["COUNT", "SUM", "AVG", "MIN", "MAX", "TOTAL", "GROUP_CONCAT"];
