"""Horizontal bars as SVG, readable on light and on dark pages, without scripts."""

import math
from html import escape

from results import short

WIDTH, LABELS, FIGURES, BAR, GAP, TOP = 720, 84, 150, 18, 8, 30
SCALE_OVER = 25  # with a greater range the bars are logarithmic

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.note { font-size: 11px; fill: #59636e; }
.bar { fill: #8c959f; }
.overlap { fill: #1a7f37; }
.floor { fill: #d1d9e0; }
.goal { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 4 3; }
.goal-text { font-size: 11px; fill: #cf222e; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .note { fill: #9198a1; }
  .bar { fill: #656c76; }
  .overlap { fill: #3fb950; }
  .floor { fill: #3d444d; }
  .goal { stroke: #ff7b72; }
  .goal-text { fill: #ff7b72; }
}
"""


def scale_of(values):
    """A function from a value to the share of the widest bar, and whether it is logarithmic."""
    least, most = min(values), max(values)
    if most / least <= SCALE_OVER:
        return (lambda value: value / most), False
    # The shortest bar is a tenth of a decade at least, so that it is seen.
    low = math.log10(least) - 0.15 * max(1.0, math.log10(most / least))
    return (lambda value: (math.log10(value) - low) / (math.log10(most) - low)), True


def bar_chart(title, unit, bars, goal=None):
    """`bars`: (name, label, value); the name is the bar's class. The best comes first. A goal is a dashed line."""
    bars = sorted(bars, key=lambda bar: bar[2])
    shares, is_logarithmic = scale_of([value for _, _, value in bars] + ([goal] if goal else []))
    room = WIDTH - LABELS - FIGURES
    goal_x = LABELS + shares(goal) * room if goal else None
    ours = next((value for name, _, value in bars if name == "overlap"), None)
    height = TOP + len(bars) * (BAR + GAP) + 22
    note = f"{unit}; less is better" + ("; logarithmic scale" if is_logarithmic else "")
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="{LABELS}" y="18">{escape(title)}</text>',
    ]
    for place, (name, label, value) in enumerate(bars):
        y = TOP + place * (BAR + GAP)
        width = max(1.0, shares(value) * room)
        ratio = f"  ({short(value / ours)}×)" if ours and name != "overlap" else ""
        kind = name if name in ("overlap", "floor") else "bar"
        figure = f"{short(value)} {unit}{ratio}"
        x = LABELS + width + 6
        if goal and x - 4 < goal_x < x + 7.5 * len(figure):
            x = goal_x + 6  # the dashed line would cross it
        lines += [
            f'<text x="{LABELS - 8}" y="{y + 14}" text-anchor="end">{escape(label)}</text>',
            f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>',
            f'<text x="{x:.1f}" y="{y + 14}">{escape(figure)}</text>',
        ]
    bottom = TOP + len(bars) * (BAR + GAP)
    if goal:
        lines += [
            f'<line class="goal" x1="{goal_x:.1f}" y1="{TOP - 4}" x2="{goal_x:.1f}" y2="{bottom}"/>',
            f'<text class="goal-text" x="{goal_x:.1f}" y="{bottom + 13}" text-anchor="middle">goal {short(goal)}</text>',
        ]
    lines += [f'<text class="note" x="{WIDTH - 4}" y="{bottom + 13}" text-anchor="end">{escape(note)}</text>', "</svg>"]
    return "\n".join(lines) + "\n"
