//! A file of the repository, its comments and strings told apart from its code.

use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(super) struct Source {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) lines: Vec<Line>,
}

/// `code` and `comment` are as long as `text`, in characters; what belongs to neither is blank.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) text: String,
    /// Without the content of strings.
    pub(super) code: String,
    pub(super) comment: String,
    /// Compiled for tests only.
    pub(super) test: bool,
}

impl Source {
    pub(super) fn new(path: impl Into<String>, text: &str) -> Self {
        let path = path.into();
        let mut lines = if path.ends_with(".rs") { rust_lines(text) } else { plain_lines(text) };
        if path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("tests/") {
            lines.iter_mut().for_each(|line| line.test = true);
        }
        Self { path, lines }
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// All code that is not for tests, its lines kept.
    pub(super) fn code(&self) -> String {
        let lines = self.lines.iter().map(|line| if line.test { "" } else { line.code.as_str() });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// `path:line` for a position in `code()`.
    pub(super) fn place(&self, code: &str, position: usize) -> String {
        self.line_place(code[..position].matches('\n').count())
    }

    /// `path:line` for an index into `lines`.
    pub(super) fn line_place(&self, index: usize) -> String {
        format!("{}:{}", self.path, index + 1)
    }
}

pub(super) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

pub(super) fn read(path: &str) -> Source {
    let text =
        fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    Source::new(path, &text)
}

/// Every text file we wrote, in the order of the paths.
pub(super) fn all() -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root(), "", &mut paths);
    paths.sort();
    let mut files: Vec<Source> = paths.iter().map(|path| read(path)).collect();
    let for_tests: Vec<String> = files.iter().flat_map(test_modules).collect();
    for file in files.iter_mut().filter(|file| for_tests.contains(&file.path)) {
        file.lines.iter_mut().for_each(|line| line.test = true);
    }
    files
}

/// The files `file` declares by `#[cfg(test)] mod name;`.
fn test_modules(file: &Source) -> Vec<String> {
    let folder = match file.path.rsplit_once('/') {
        Some((folder, "lib.rs" | "main.rs" | "mod.rs")) => folder,
        _ => file.path.trim_end_matches(".rs"),
    };
    let declared = |line: &Line| {
        let name = line.code.trim().strip_suffix(';')?.rsplit_once("mod ")?.1.to_string();
        (line.test && name.chars().all(is_word)).then_some(name)
    };
    let names = file.lines.iter().filter_map(declared);
    names
        .flat_map(|name| [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")])
        .collect()
}

/// Made by tools, or not ours.
const SKIPPED: &[&str] = &["target", ".git", "node_modules", "__pycache__", ".venv"];
const KINDS: &[&str] = &["rs", "toml", "md", "py", "js", "mjs", "ts", "sh"];

fn walk(folder: &Path, prefix: &str, paths: &mut Vec<String>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), paths);
            }
        } else if KINDS.iter().any(|kind| name.ends_with(&format!(".{kind}"))) {
            paths.push(path);
        }
    }
}

fn plain_lines(text: &str) -> Vec<Line> {
    text.lines()
        .map(|line| Line { text: line.into(), code: line.into(), ..Line::default() })
        .collect()
}

fn rust_lines(text: &str) -> Vec<Line> {
    let (code, comment) = split(text);
    let mut lines: Vec<Line> = text
        .lines()
        .zip(code.lines().zip(comment.lines()))
        .map(|(text, (code, comment))| Line {
            text: text.into(),
            code: code.into(),
            comment: comment.into(),
            test: false,
        })
        .collect();
    for (first, last) in test_ranges(&code) {
        lines[first..=last].iter_mut().for_each(|line| line.test = true);
    }
    lines
}

#[derive(Clone, Copy)]
enum Within {
    Code,
    LineComment,
    BlockComment(usize),
    Text,
    RawText(usize),
}

/// The text twice: code only and comments only, the rest blank. Quotes are code.
fn split(text: &str) -> (String, String) {
    let all: Vec<char> = text.chars().collect();
    let at = |index: usize| all.get(index).copied().unwrap_or('\0');
    let (mut code, mut comment) = (String::new(), String::new());
    let mut within = Within::Code;
    let mut index = 0;
    while index < all.len() {
        // How many characters, and where they belong: code, comment or neither.
        let (mut length, mut is_code, mut is_comment) = (1, false, false);
        match within {
            Within::Code => {
                is_code = true;
                match at(index) {
                    '/' if at(index + 1) == '/' => {
                        (within, is_code, is_comment) = (Within::LineComment, false, true)
                    }
                    '/' if at(index + 1) == '*' => {
                        (within, length, is_code, is_comment) =
                            (Within::BlockComment(1), 2, false, true);
                    }
                    '"' => within = Within::Text,
                    'r' if index == 0
                        || !is_word(at(index - 1))
                        || "bc".contains(at(index - 1)) =>
                    {
                        let hashes = all[index + 1..].iter().take_while(|c| **c == '#').count();
                        if at(index + 1 + hashes) == '"' {
                            (within, length) = (Within::RawText(hashes), hashes + 2);
                        }
                    }
                    '\'' => length = character_length(&all[index..]),
                    _ => {}
                }
            }
            Within::LineComment => {
                is_comment = true;
                if at(index) == '\n' {
                    within = Within::Code;
                }
            }
            Within::BlockComment(depth) => {
                is_comment = true;
                match (at(index), at(index + 1)) {
                    ('/', '*') => (within, length) = (Within::BlockComment(depth + 1), 2),
                    ('*', '/') if depth == 1 => (within, length) = (Within::Code, 2),
                    ('*', '/') => (within, length) = (Within::BlockComment(depth - 1), 2),
                    _ => {}
                }
            }
            Within::Text => match at(index) {
                '\\' => length = 2,
                '"' => (within, is_code) = (Within::Code, true),
                _ => {}
            },
            Within::RawText(hashes) => {
                if at(index) == '"' && (1..=hashes).all(|n| at(index + n) == '#') {
                    (within, length, is_code) = (Within::Code, hashes + 1, true);
                }
            }
        }
        for character in all.iter().skip(index).take(length) {
            let blank = if *character == '\n' { '\n' } else { ' ' };
            code.push(if is_code { *character } else { blank });
            comment.push(if is_comment { *character } else { blank });
        }
        index += length;
    }
    (code, comment)
}

/// Of `'x'`, `'\n'`, `'\u{1F980}'`; 1 for the quote of a lifetime.
fn character_length(from: &[char]) -> usize {
    match from {
        [_, '\\', _, rest @ ..] => rest.iter().position(|c| *c == '\'').map_or(1, |end| end + 4),
        [_, _, '\'', ..] => 3,
        _ => 1,
    }
}

pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// First and last line of each item under `#[cfg(test)]`, and the whole file under `#![cfg(test)]`.
fn test_ranges(code: &str) -> Vec<(usize, usize)> {
    let line_of = |position: usize| code[..position].matches('\n').count();
    if code.contains("#![cfg(test)]") {
        return vec![(0, line_of(code.trim_end().len()))];
    }
    let starts = code.match_indices("#[cfg(test)]").chain(code.match_indices("#[cfg(all(test,"));
    starts.map(|(start, _)| (line_of(start), line_of(item_end(code, start)))).collect()
}

/// Where the item that starts with the attribute at `start` ends.
fn item_end(code: &str, start: usize) -> usize {
    let (mut round, mut curly) = (0usize, 0usize);
    for (offset, character) in code[start..].char_indices() {
        match character {
            '(' | '[' => round += 1,
            ')' | ']' => round = round.saturating_sub(1),
            '{' => curly += 1,
            '}' if curly <= 1 => return start + offset,
            '}' => curly -= 1,
            ';' if round == 0 && curly == 0 => return start + offset,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn code_comments_and_strings_are_told_apart() {
    let text = "let a = \"// no\"; // yes \"no\"\nlet r = r#\"a \" // b\"#; /* x /* y */ z */ f('\"', '\\'', &'a ());\n";
    let source = Source::new("mcp-runtime/src/a.rs", text);
    assert_eq!(source.lines[0].code.trim_end(), "let a = \"     \";");
    assert_eq!(source.lines[0].comment.trim(), "// yes \"no\"");
    assert!(
        source.lines[1].code.starts_with("let r = r#\"        \"#;"),
        "{}",
        source.lines[1].code
    );
    assert!(source.lines[1].code.ends_with("f('\"', '\\'', &'a ());"), "{}", source.lines[1].code);
    assert_eq!(source.lines[1].comment.trim(), "/* x /* y */ z */");
}

#[test]
fn code_for_tests_is_known() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { {} }\n}\nfn c() {}\n#[cfg(test)]\nuse d;\nfn e() {}\n";
    let source = Source::new("mcp-runtime/src/a.rs", text);
    let tests: Vec<bool> = source.lines.iter().map(|line| line.test).collect();
    assert_eq!(tests, [false, true, true, true, true, false, true, true, false]);
    assert!(Source::new("mcp-runtime/src/wire/tests.rs", "fn a() {}").lines[0].test);
}

#[test]
fn files_for_tests_are_known() {
    let text = "mod a;\n#[cfg(test)]\nmod b;\n";
    let modules = |path: &str| test_modules(&Source::new(path, text));
    assert_eq!(
        modules("mcp-macros/src/lib.rs"),
        ["mcp-macros/src/b.rs", "mcp-macros/src/b/mod.rs"]
    );
    assert_eq!(modules("mcp-macros/src/x.rs")[0], "mcp-macros/src/x/b.rs");
}
