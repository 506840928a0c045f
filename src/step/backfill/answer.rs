//! Rows as lines of JSON, and what is answered to them.
//!
//! An answer is known by its row's key: one line too many or too few would give every row behind it the values of
//! another one. What a line holds may be secret, so no message repeats it.

use serde_json::Map;

use crate::model::Value;

/// Under this key a row is refused, with the reason.
const ERROR: &str = "$error";

/// What is answered to a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Its new values, in the order of the columns.
    Values(Vec<Value>),
    /// Why it has none.
    Refused(String),
}

/// The names of a row's values.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// How many of `names` are the key.
    pub keys: usize,
    /// Of what goes out: the key, and what is read besides.
    pub names: Vec<String>,
    /// Of what comes back.
    pub write: Vec<String>,
}

impl Form {
    /// A row under its names.
    pub fn row(&self, row: &[Value]) -> Map<String, Value> {
        self.names.iter().cloned().zip(row.iter().cloned()).collect()
    }

    /// A row as a line.
    pub fn line(&self, row: &[Value]) -> String {
        format!("{}\n", Value::Object(self.row(row)))
    }

    /// Reads the answer to a row.
    ///
    /// # Errors
    /// What is wrong with the line, as the end of a sentence about it.
    pub fn answer(&self, row: &[Value], line: &[u8]) -> Result<Answer, String> {
        let Ok(Value::Object(mut answer)) = serde_json::from_slice(line) else {
            return Err("is no JSON object".to_owned());
        };
        for (name, value) in self.names[..self.keys].iter().zip(row) {
            match answer.remove(name) {
                Some(answered) if answered == *value => {}
                Some(_) => return Err(format!("has another `{name}`: it answers another row")),
                None => return Err(format!("has no `{name}`, so nobody can tell which row it answers")),
            }
        }
        if let Some(error) = answer.remove(ERROR) {
            return Ok(Answer::Refused(error.as_str().map_or_else(|| error.to_string(), str::to_owned)));
        }
        let value = |name: &String| answer.remove(name).ok_or_else(|| format!("has no `{name}`"));
        let values = self.write.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        // A command may give back what it got; any other name is a mistake.
        match answer.keys().find(|name| !self.names.contains(name)) {
            Some(name) => Err(format!("has `{name}`, which is not among the columns to be written")),
            None => Ok(Answer::Values(values)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        let names = ["a", "b", "old"].map(str::to_owned).to_vec();
        Form { keys: 2, names, write: vec!["new".to_owned()] }
    }

    fn row() -> Vec<Value> {
        vec![1.into(), "x\n".into(), Value::Null]
    }

    #[test]
    fn a_row_is_one_line() {
        assert_eq!(form().line(&row()), "{\"a\":1,\"b\":\"x\\n\",\"old\":null}\n");
    }

    #[test]
    fn an_answer_has_the_key_of_its_row() {
        let answer = |line: &str| form().answer(&row(), line.as_bytes());
        let values = Answer::Values(vec![5.into()]);
        assert_eq!(answer(r#"{"b":"x\n","new":5,"a":1}"#), Ok(values.clone()), "in any order");
        assert_eq!(answer(r#"{"a":1,"b":"x\n","old":7,"new":5}"#), Ok(values), "with what it got");
        assert_eq!(answer(r#"{"a":1,"b":"x\n","$error":"no"}"#), Ok(Answer::Refused("no".to_owned())));
        for (line, wanted) in [
            ("", "is no JSON object"),
            ("hello", "is no JSON object"),
            ("[1]", "is no JSON object"),
            (r#"{"a":2,"b":"x\n","new":5}"#, "has another `a`"),
            (r#"{"a":1.0,"b":"x\n","new":5}"#, "has another `a`"),
            (r#"{"a":1,"new":5}"#, "has no `b`"),
            (r#"{"a":1,"b":"x\n"}"#, "has no `new`"),
            (r#"{"a":1,"b":"x\n","new":5,"nwe":6}"#, "has `nwe`"),
        ] {
            let error = answer(line).expect_err(line);
            assert!(error.starts_with(wanted), "{line}: {error}");
        }
    }
}
