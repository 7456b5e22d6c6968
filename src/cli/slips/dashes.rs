//! Words that begin with a dash and are no options: `book "- Ann"`, `--note -x`, `book Ann -2`.

use super::super::hint::command as in_quotes;
use super::super::hint::quoted_word;

/// The options whose value is a text.
const OF_TEXTS: [&str; 5] = ["--note", "--reason", "--title", "--date", "--key"];

/// What was meant by it. `word`: as far as it was read as an option.
pub(super) fn meant(word: &str, command: &str) -> Option<String> {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.collect();
    let at = words.iter().position(|whole| whole.starts_with(word))?;
    let (before, whole) = (words.get(at.checked_sub(1)?)?, words.get(at)?);
    if OF_TEXTS.contains(&before.as_str()) {
        let text = quoted_word(whole.as_ref());
        return Some(format!(
            "a text that begins with a dash is written {before}={text}"
        ));
    }
    let number: Option<u64> = whole.trim_start_matches('-').parse().ok();
    if let Some(number) =
        number.filter(|_| ["book", "hold", "cancel"].contains(&command) && before != command)
    {
        return Some(format!("'--quantity {number}' says how many"));
    }
    let is_name =
        ["book", "hold"].contains(&command) && !whole.starts_with("--") && before == command;
    is_name.then(|| {
        let name = quoted_word(whole.as_ref());
        format!(
            "a name that begins with a dash stands behind --: {}",
            in_quotes(&format!("{command} -- {name}"))
        )
    })
}
