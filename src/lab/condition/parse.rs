//! Reads a condition, and says at which column it makes no sense.

use std::str::FromStr;

use super::expression::{Condition, Number, Relation};
use super::facts::Fact;
use super::problem::{Problem, brief, names, problem};

/// The longest condition, in bytes.
pub const LONGEST: usize = 4096;

/// How deep `!` and parentheses may be nested.
const DEEPEST: usize = 64;

impl FromStr for Condition {
    type Err = Problem;

    /// Reads `oversold && switches <= 2`.
    fn from_str(text: &str) -> Result<Self, Problem> {
        if text.len() > LONGEST {
            let message = format!("it is longer than {LONGEST} bytes");
            return Err(problem(LONGEST + 1, message, "ask for less at once"));
        }
        let mut reader = ConditionParser {
            rest: text,
            column: 1,
            depth: 0,
        };
        let condition = reader.any()?;
        reader.skip();
        match reader.rest.chars().next() {
            None => Ok(condition),
            Some(')') => Err(reader.problem("this ) closes nothing", "leave it out")),
            Some(next) => Err(reader.unjoined(next)),
        }
    }
}

/// What is still to be read.
struct ConditionParser<'t> {
    rest: &'t str,
    column: usize,
    depth: usize,
}

impl<'t> ConditionParser<'t> {
    fn any(&mut self) -> Result<Condition, Problem> {
        self.joined("||", Self::all, Condition::Any)
    }

    fn all(&mut self) -> Result<Condition, Problem> {
        self.joined("&&", Self::not, Condition::All)
    }

    /// Parts with a sign between them; one alone stands for itself.
    fn joined(
        &mut self,
        sign: &str,
        part: fn(&mut Self) -> Result<Condition, Problem>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Condition, Problem> {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.takes(sign) {
            parts.push(part(self)?);
        }
        match parts.pop() {
            Some(only) if parts.is_empty() => Ok(only),
            last => {
                parts.extend(last);
                Ok(join(parts))
            }
        }
    }

    fn not(&mut self) -> Result<Condition, Problem> {
        self.skip();
        let opened = self.column;
        if self.depth >= DEEPEST {
            let message = format!("more than {DEEPEST} ! and ( within one another");
            return Err(self.problem(message, "write it flatter"));
        }
        self.depth += 1;
        let condition = if !self.rest.starts_with("!=") && self.takes("!") {
            Condition::Not(Box::new(self.not()?))
        } else if self.takes("(") {
            let inner = self.any()?;
            if !self.takes(")") {
                return Err(self.unclosed(opened));
            }
            self.refuse_relation("a condition in parentheses cannot be compared")?;
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn comparison(&mut self) -> Result<Condition, Problem> {
        let left = self.number()?;
        let Some(relation) = self.relation() else {
            return Ok(Condition::Holds(left));
        };
        let right = self.number()?;
        self.refuse_relation("one comparison cannot follow another")?;
        Ok(Condition::Compare(left, relation, right))
    }

    fn refuse_relation(&mut self, message: &str) -> Result<(), Problem> {
        self.skip();
        let column = self.column;
        match self.relation() {
            Some(_) => Err(problem(
                column,
                message,
                "compare two numbers at a time: 1 <= sold && sold <= 3",
            )),
            None => Ok(()),
        }
    }

    fn relation(&mut self) -> Option<Relation> {
        Relation::ALL
            .into_iter()
            .find(|relation| self.takes(relation.sign()))
    }

    fn number(&mut self) -> Result<Number, Problem> {
        self.skip();
        let word = |c: char| !(c.is_alphanumeric() || c == '_');
        let end = self.rest.find(word).unwrap_or(self.rest.len());
        let (word, _) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(self.missing());
        }
        let number = if word.starts_with(|c: char| c.is_ascii_digit()) {
            let number = word.parse().map(Number::Given);
            number.map_err(|_| {
                let message = format!("{} is no whole number below 2^64", brief(word));
                self.problem(message, "write digits only, as in 12")
            })?
        } else {
            let fact = Fact::named(word).ok_or_else(|| self.unknown(word))?;
            Number::Of(fact)
        };
        self.advance(word.len());
        Ok(number)
    }

    /// Whether the sign comes next; then it is behind us.
    fn takes(&mut self, sign: &str) -> bool {
        self.skip();
        let takes = self.rest.starts_with(sign);
        if takes {
            self.advance(sign.len());
        }
        takes
    }

    fn skip(&mut self) {
        let rest = self.rest.trim_start();
        self.advance(self.rest.len() - rest.len());
    }

    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.column += passed.chars().count();
        self.rest = rest;
    }

    fn problem(&self, message: impl Into<String>, hint: impl Into<String>) -> Problem {
        problem(self.column, message, hint)
    }

    fn missing(&self) -> Problem {
        let found = match self.rest.chars().next() {
            None => "a name or a number is missing at the end".to_owned(),
            Some(next) => format!("a name or a number is missing before {next:?}"),
        };
        self.problem(found, format!("the names are {}", names()))
    }

    fn unclosed(&self, opened: usize) -> Problem {
        match self.rest.chars().next() {
            None => problem(opened, "this ( is never closed", "close it with )"),
            Some(next) => self.unjoined(next),
        }
    }

    fn unjoined(&self, next: char) -> Problem {
        let (message, hint) = match next {
            '=' => ("one = says nothing".to_owned(), "write == for 'is'"),
            '&' => ("one & says nothing".to_owned(), "write && for 'and'"),
            '|' => ("one | says nothing".to_owned(), "write || for 'or'"),
            _ => (
                format!("&& or || is missing before {next:?}"),
                "join two conditions with && or ||",
            ),
        };
        self.problem(message, hint)
    }

    fn unknown(&self, word: &'t str) -> Problem {
        let like = |fact: &Fact| {
            let name = fact.name();
            name.replace('_', "").trim_end_matches('s')
                == word.to_lowercase().replace('_', "").trim_end_matches('s')
                || (word.len() >= 3 && name.starts_with(word))
        };
        let hint = match (word, Fact::ALL.into_iter().find(like)) {
            (_, Some(fact)) => format!("'{}' is one", fact.name()),
            ("and", _) => "write && for 'and'".to_owned(),
            ("or", _) => "write || for 'or'".to_owned(),
            ("not", _) => "write ! for 'not'".to_owned(),
            _ => format!("the names are {}", names()),
        };
        self.problem(format!("there is no {}", brief(word)), hint)
    }
}
