use super::samples::{crowd, eight, in_turn, one_race, schedule, split_lock, torn};
use super::*;

/// What a picture must be: XML whose tags balance, small, with every sentence in it.
fn check_svg(timeline: &Timeline) -> Result<(), String> {
    let svg = timeline.to_svg();
    if svg.len() >= 1_000_000 {
        return Err(format!("{} bytes", svg.len()));
    }
    balanced(&svg)?;
    if svg.contains("NaN") || svg.contains("inf ") || svg.contains("inf\"") {
        return Err("a place that is no number".to_owned());
    }
    let plain = svg.replace("</text>\n", " ");
    let text: String = without_tags(&plain);
    for finding in timeline.findings.iter().take(24) {
        for word in finding.sentence.split(' ') {
            if !text.contains(&words::xml(word)) {
                return Err(format!("'{word}' of '{}' is missing", finding.sentence));
            }
        }
    }
    Ok(())
}

fn without_tags(svg: &str) -> String {
    let mut parts = svg.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('>').map_or("", |(_, text)| text)
    })
}

/// Whether every tag that opens closes in turn, and no text has a letter that XML forbids.
pub(super) fn balanced(svg: &str) -> Result<(), String> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{1_0000}'..);
    if let Some(bad) = svg.chars().find(|c| !allowed(*c)) {
        return Err(format!("{bad:?} is not allowed"));
    }
    for (at, _) in svg.match_indices('&') {
        let entities = ["&amp;", "&lt;", "&gt;", "&quot;"];
        if !entities.iter().any(|entity| svg[at..].starts_with(entity)) {
            return Err(format!("a bare & at {at}"));
        }
    }
    let mut open = Vec::new();
    for part in svg.split('<').skip(1) {
        let (tag, text) = part
            .split_once('>')
            .ok_or(format!("'{part}' does not end"))?;
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if text.contains('>') || tag.matches('"').count() % 2 == 1 {
            return Err(format!("a stray letter in or behind <{tag}>"));
        }
        if let Some(name) = name.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    if open.is_empty() {
        Ok(())
    } else {
        Err(format!("{open:?} stay open"))
    }
}

/// What the drawing for a terminal must be: never wider than it, without what steers it, with every
/// sentence in it.
fn check_text(timeline: &Timeline) -> Result<String, String> {
    let lines = timeline.to_text(COLUMNS);
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    for line in &lines {
        if words::columns(line) > 80 {
            return Err(format!("{} columns: {line}", words::columns(line)));
        }
        if line.chars().any(char::is_control) {
            return Err(format!("steers the terminal: {line:?}"));
        }
    }
    let joined = lines
        .iter()
        .map(|line| line.trim())
        .collect::<Vec<_>>()
        .join(" ");
    for finding in timeline.findings.iter().take(24) {
        if !joined.contains(&crate::shown(&finding.sentence)) && finding.sentence.len() < 70 {
            return Err(format!("'{}' is missing", finding.sentence));
        }
    }
    Ok(lines.join("\n") + "\n")
}

fn check(timeline: &Timeline) -> String {
    check_svg(timeline).unwrap();
    check_text(timeline).unwrap()
}

#[test]
fn eight_buyers_read_one_version() {
    let text = check(&eight());
    assert_eq!(text.matches("reads: 2 left").count(), 8, "{text}");
    assert_eq!(text.matches("writes: 1 left").count(), 8, "{text}");
    assert!(
        text.contains("writes: 1 left over buyer-7's, bought 1 <- 1\n"),
        "{text}"
    );
    assert!(
        text.contains("version 1: 2 left  <- fork: 8 sales grew from it"),
        "{text}"
    );
    assert!(
        text.contains("  └─ version 2: 1 left, by buyer-4, stands in the end"),
        "{text}"
    );
    assert_eq!(text.matches(", overwritten\n").count(), 7, "{text}");
    let svg = eight().to_svg();
    assert_eq!(svg.matches(">sale overwritten by buyer-").count(), 7);
}

#[test]
fn a_schedule_is_drawn_step_by_step() {
    let text = check(&schedule());
    let expected = "
  step  bad end
     1     37 % ○    alice start
     2     25 % ○    alice reads: 2 left
     3     50 % │ ○  bob   start
     4    100 % │ ○  bob   reads: 2 left
     5    100 % │ ●  bob   writes: 1 left, bought 1 <- 1
     6    100 % │ ○  bob   done
     7    100 % ●    alice writes: 1 left over bob's, bought 1 <- 1
     8    100 % ○    alice done

  ● writes · ○ any other act · │ at it · <- 1 has a part in finding 1

  point of no return: step 4; from here on it must end badly
";
    assert!(text.contains(expected), "{text}");
    assert!(schedule().to_svg().contains("point of no return: step 4"));
}

#[test]
fn locks_of_two_files_have_two_letters_and_colours() {
    let text = check(&split_lock());
    assert!(
        text.contains("takes lock A") && text.contains("takes lock B"),
        "{text}"
    );
    assert!(text.contains("mallory killed"), "{text}");
    let svg = split_lock().to_svg();
    assert!(svg.contains(">holds lock A<") && svg.contains(">holds lock B<"));
    assert!(svg.contains("class=\"k\"") && !svg.contains("inode"));
    // One lock needs no letter.
    assert!(torn().to_svg().contains(">holds the lock<"));
}

#[test]
fn a_torn_read_is_named() {
    let text = check(&torn());
    assert!(
        text.contains("queries: an empty file, failed <- 1\n"),
        "{text}"
    );
    assert!(torn().to_svg().contains(">queries: an empty file<"));
}

#[test]
fn of_two_thousand_buyers_those_are_drawn_who_are_named() {
    let text = check(&one_race(2_000, 2));
    assert!(text.contains("... 1,998 sales, all in order ..."), "{text}");
    assert!(text.contains("1,994 more buyers"), "{text}");
    assert!(text.contains("reads: 2,000 left"), "{text}");
    let text = check(&crowd(2_000));
    assert!(text.contains("fork: 2,000 sales grew from it"), "{text}");
    assert!(text.contains("├─ and 1,988 more, overwritten"), "{text}");
    assert!(text.contains("and 1,975 more findings"), "{text}");
}

#[test]
fn a_million_sales_stay_small() {
    let timeline = one_race(200, 5_000);
    check_svg(&timeline).unwrap();
    let svg = timeline.to_svg();
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
    assert!(svg.contains("499,998") && svg.contains("all in order"));
}

#[test]
fn what_is_clean_folds_in_the_middle() {
    let text = check(&in_turn(8, 2_000));
    assert!(
        text.contains("15,999 versions, each from the one before"),
        "{text}"
    );
    assert!(
        text.contains("... 15,986 sales, all in order ..."),
        "{text}"
    );
}

#[test]
fn names_and_sentences_are_harmless() {
    let mut timeline = eight();
    let hostile = "<script>&\"'\u{1b}[31m\u{202e}\u{ffff}\u{0}👩‍👩‍👧é́日本語".repeat(3);
    timeline.lanes[3].name.clone_from(&hostile);
    timeline.title = format!("</title>{hostile}");
    timeline.findings[0].sentence = hostile.clone();
    timeline.findings[0].kind.clone_from(&hostile);
    timeline.findings[0].places[0].operation = usize::MAX;
    timeline.lanes[2].operations[0].read = Some(Sight::Torn(hostile.clone()));
    timeline.lanes[1].operations[0]
        .spans
        .push(Span::new(Doing::Point(hostile), 0, 1));
    let svg = timeline.to_svg();
    balanced(&svg).unwrap();
    assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;"));
    check_text(&timeline).unwrap();
    assert_eq!(words::short("a-long-name-7", 9), "a-lo…me-7");
}

#[test]
fn the_checks_can_fail() {
    for broken in [
        "<svg><g></svg>",
        "<a>&b</a>",
        "<a>\u{1}</a>",
        "<a b=\"c>d</a>",
        "<a>",
    ] {
        assert!(balanced(broken).is_err(), "{broken}");
    }
    assert!(balanced("<a b=\"c\"><d/>x &amp; y</a>").is_ok());
    // What is not in the picture is missed: only the first 24 sentences are.
    let mut timeline = crowd(30);
    timeline.findings.truncate(25);
    let last = timeline.findings.pop().unwrap();
    check(&timeline);
    let svg = timeline.to_svg();
    assert!(!svg.contains(&last.sentence) && svg.contains(&timeline.findings[23].sentence));
}
