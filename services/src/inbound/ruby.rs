//! The text of a Ruby hash as some feeds carry it: `{"specification"=>[{"key"=>"Fabric", "value"=>"Cotton"}]}`. Read into
//! JSON values; bounded in depth, and strict: text that does not work out is an error.

use serde_json::{Map, Value};

/// Hashes within hashes.
const DEPTH_MAX: usize = 16;

/// Reads a Ruby literal of hashes, arrays, strings, numbers, `true`, `false` and `nil`.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.wrong("nothing more"));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }
    fn wrong(&self, wanted: &str) -> String {
        format!("malformed Ruby hash at byte {}: {wanted} is expected", self.at + 1)
    }
    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }
    /// Takes a token when it comes next.
    fn took(&mut self, token: &str) -> bool {
        self.blanks();
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEPTH_MAX {
            return Err(self.wrong("a flatter hash"));
        }
        if self.took("{") {
            return self.hash(depth);
        }
        if self.took("[") {
            return self.array(depth);
        }
        if self.took("\"") {
            return self.text().map(Value::String);
        }
        for (word, value) in [("nil", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))] {
            if self.took(word) {
                return Ok(value);
            }
        }
        self.number()
    }

    fn hash(&mut self, depth: usize) -> Result<Value, String> {
        let mut out = Map::new();
        if self.took("}") {
            return Ok(Value::Object(out));
        }
        loop {
            if !self.took("\"") {
                return Err(self.wrong("a key in quotes"));
            }
            let key = self.text()?;
            if !self.took("=>") {
                return Err(self.wrong("=>"));
            }
            let value = self.value(depth + 1)?;
            out.insert(key, value);
            if self.took("}") {
                return Ok(Value::Object(out));
            }
            if !self.took(",") {
                return Err(self.wrong("a comma or }"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        let mut out = Vec::new();
        if self.took("]") {
            return Ok(Value::Array(out));
        }
        loop {
            out.push(self.value(depth + 1)?);
            if self.took("]") {
                return Ok(Value::Array(out));
            }
            if !self.took(",") {
                return Err(self.wrong("a comma or ]"));
            }
        }
    }

    /// The text whose opening quote was taken.
    fn text(&mut self) -> Result<String, String> {
        let mut out = String::new();
        let mut chars = self.text[self.at..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 1;
                    return Ok(out);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'u')) => {
                        let hex: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        let code = u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32);
                        out.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    Some((_, escaped)) => out.push(escaped),
                    None => break,
                },
                _ => out.push(c),
            }
        }
        Err(self.wrong("a closing quote"))
    }

    fn number(&mut self) -> Result<Value, String> {
        self.blanks();
        let end = self.rest().find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let end = end.unwrap_or(self.rest().len());
        let value = serde_json::from_str(&self.rest()[..end]).map_err(|_| self.wrong("a value"))?;
        self.at += end;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn hashes_become_json() {
        let text = r#"{"a"=>[{"key"=>"Heel \"x\"", "value"=>"1 inch"}, {"value"=>nil}], "b" => -1.5, "c"=>{}}"#;
        assert_eq!(
            parse(text),
            Ok(json!({"a": [{"key": "Heel \"x\"", "value": "1 inch"}, {"value": null}], "b": -1.5, "c": {}}))
        );
    }

    #[test]
    fn what_does_not_work_out_is_told_with_its_place() {
        for bad in ["", "{", "{\"a\"}", "{\"a\"=>1,}", "[1", "\"x", "{} x", "{a=>1}", "nope"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(parse("{\"a\" 1}"), Err("malformed Ruby hash at byte 6: => is expected".to_owned()));
        assert!(parse(&"[".repeat(100)).is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[\\[\\]{}\"=>,a1\\\\ué ]{0,40}") {
            let _ = parse(&text);
        }
    }
}
