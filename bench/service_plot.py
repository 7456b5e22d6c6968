"""The picture of what service.py measured: a bar for each program, sales a second, by the number of connections."""

import statistics

NAMES = {
    "tickets": ("tickets serve", "#2f81f7"),
    "sqlite": ("axum and SQLite, one writer that gathers orders", "#9a6dd7"),
    "postgres": ("axum and PostgreSQL", "#768390"),
}
LEFT, WIDTH, BAR, GAP, TOP = 150, 720, 18, 22, 70

STYLE = """<style>
.bg{fill:none}
@media (prefers-color-scheme:light){.bg{fill:#fff}.n{fill:#1f2328}.q{fill:#59636e}}
@media (prefers-color-scheme:dark){.bg{fill:#0d1117}.n{fill:#e6edf3}.q{fill:#9198a1}}
</style>"""


def text(x, y, words, kind="q", size=12, anchor="start"):
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="{anchor}">{words}</text>'


def picture(results):
    """`results`: by connections, by program, the values of each round."""
    rates = {
        (connections, name): statistics.median(one["rate"] for one in values)
        for connections, by_name in results.items()
        for name, values in by_name.items()
    }
    most = max(rates.values())
    shown = [name for name in NAMES if any(of == name for _, of in rates)]
    parts, y = [], TOP
    for connections, by_name in results.items():
        parts.append(text(LEFT - 12, y + BAR * len(by_name) / 2 + 4, f"{connections} connections", "n", 13, "end"))
        for name in shown:
            rate = rates.get((connections, name))
            if rate is None:
                continue
            width = rate / most * (WIDTH - 90)
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 3}" fill="{NAMES[name][1]}"/>')
            parts.append(text(LEFT + width + 8, y + BAR - 6, f"{rate:,.0f}", "n"))
            y += BAR
        y += GAP
    x = LEFT
    for name in shown:
        words, colour = NAMES[name]
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>' + text(x + 18, y + 11, words))
        x += 40 + 6.6 * len(words)
    height = y + 32
    title = "Sales per second over HTTP, each on the disk before it is answered"
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" width="900" height="{height}" role="img" '
        'font-family="system-ui, sans-serif" fill="#768390">',
        f"<title>{title}</title>",
        STYLE,
        '<rect class="bg" width="100%" height="100%" fill="none"/>',
        text(LEFT, 26, title, "n", 15),
        text(LEFT, 46, "medians, all programs and their load on the same processors: higher is better"),
    ]
    return "\n".join([*head, *parts, "</svg>"]) + "\n"
