use super::samples;
use super::*;

#[test]
fn render() {
    let Ok(dir) = std::env::var("TL_DIR") else {
        return;
    };
    for (name, t) in [
        ("1-eight", samples::eight()),
        ("2-schedule", samples::schedule()),
        ("3-split", samples::split_lock()),
        ("4-torn", samples::torn()),
        ("5-many", samples::one_race(2_000, 2)),
        ("6-million", samples::one_race(2_000, 500)),
        ("8-crowd", samples::crowd(2_000)),
        ("9-crowd12", samples::crowd(12)),
        ("7-clean", samples::in_turn(8, 2_000)),
    ] {
        let now = std::time::Instant::now();
        let svg = t.to_svg();
        let text: Vec<String> = t.to_text().iter().map(ToString::to_string).collect();
        eprintln!("{name} {} bytes {:?}", svg.len(), now.elapsed());
        std::fs::write(format!("{dir}/{name}.svg"), svg).unwrap();
        std::fs::write(format!("{dir}/{name}.txt"), text.join("\n") + "\n").unwrap();
    }
}
