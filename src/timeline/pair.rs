//! Two pictures in one, the second below the first.

use super::layout::WIDTH;
use super::model::Timeline;
use super::svg::sized;
use super::words::{short, xml};
use crate::store::file::output_contents::SVG;

/// One self-contained SVG of two runs, the second below the first, for a light and for a dark background.
#[must_use]
pub fn pair_svg(first: &Timeline, second: &Timeline) -> String {
    let [(first_picture, top), (second_picture, more)] = [sized(first), sized(second)];
    let height = top + more;
    let title = format!(
        "{}; and {}",
        short(&first.title, 150),
        short(&second.title, 150)
    );
    format!(
        r#"{SVG}xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img">
<title>{}</title>
{first_picture}<svg y="{top:.0}" width="{WIDTH}" height="{more:.0}">
{second_picture}</svg>
</svg>
"#,
        xml(&title)
    )
}
