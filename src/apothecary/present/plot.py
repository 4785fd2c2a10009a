"""The plot of a simulation: SVG, PNG, or a page with the SVG in it; nothing is loaded from anywhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from apothecary.present.plot_data import BREAK, STATUSES, PlotData, plot_data
from apothecary.present.safe import clean, mapped

if TYPE_CHECKING:
    from apothecary.kinetics.simulation import Simulation
    from apothecary.knowledge.schema import Monograph

# Told apart by their dashes too; the page repaints these colors in the dark (simulation.css)
TEXT, SOFT, GRID, AXIS, LIMIT, PAGE = "#1b1f24", "#4b5560", "#dde2e7", "#8a939c", "#9b1515", "#ffffff"
COLORS: Final = ("#0b4fa8", "#7a4a00", "#11602f", "#5b2c83")
DASHES: Final = ([1, 0], [8, 3], [2, 3], [10, 3, 2, 3], [5, 2], [12, 5], [1, 2], [8, 2, 2, 2, 2, 2])
SHAPES: Final = {
    "given": "M0,-0.5L0,0.5",
    "given late": "M-0.35,-0.5L0.45,0L-0.35,0.5Z",
    "missed": "M-0.45,-0.45L0.45,0.45M-0.45,0.45L0.45,-0.45",
}
WIDTH: Final = 720
HEIGHT: Final = 320
FEW: Final = 60  # doses; more are drawn finer
_PNG_SCALE: Final = 2.0


def render(found: Simulation, monograph: Monograph, suffix: str) -> bytes:
    """The plot as a file: `.svg`, `.png` or `.html`. ValueError for any other suffix."""
    if suffix == ".html":
        return _page(found, monograph).encode()
    data = _data(found, monograph)
    if suffix == ".svg":
        return f"{_svg(data, PAGE)}\n".encode()
    if suffix == ".png":
        import vl_convert

        return bytes(vl_convert.vegalite_to_png(_spec(data, PAGE), scale=_PNG_SCALE))
    raise ValueError(f"There is no plot in the format {suffix!r}; ask for .svg, .png or .html.")


def inline(found: Simulation, monograph: Monograph) -> str:
    """The plot as an SVG element for a page, without a background of its own."""
    return _svg(_data(found, monograph), None)


def _data(found: Simulation, monograph: Monograph) -> PlotData:
    return mapped(plot_data(found, monograph), clean)


def _page(found: Simulation, monograph: Monograph) -> str:
    from apothecary.present.as_html import environment
    from apothecary.present.simulation_content import shown

    page = mapped(shown(found, monograph), clean)
    return environment().get_template("plot.html").render(shown=page, drawing=inline(found, monograph))


def _svg(data: PlotData, background: str | None) -> str:
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(_spec(data, background)).strip()
    head, close, rest = drawn.partition(">")
    about = f"<title>{escape(data.title)}</title><desc>{escape(data.description)}</desc>"
    return f'{head} role="img" aria-label="{escape(data.description)}"{close}{about}{rest}'


def _spec(data: PlotData, background: str | None) -> dict[str, Any]:
    """The chart in Vega-Lite: band, lines and targets, and below them a strip with the doses."""
    import altair

    alt: Any = altair  # its constructors have no types
    scale = alt.Scale(domain=[0, data.end], nice=False)
    shown = alt.Axis(values=list(data.ticks), format="d", title=f"Time, {data.unit}", labelFlush=False, grid=False)
    time = alt.X("time:Q", scale=scale, axis=shown)
    hidden = alt.X("time:Q", scale=scale, axis=alt.Axis(values=list(data.ticks), labels=False, ticks=False, title=None))
    above = alt.layer(*_layers(alt, data, hidden)).properties(width=WIDTH, height=HEIGHT)
    statuses = [name for name in STATUSES.values() if any(row["dose"] == name for row in data.dose_rows)]
    below = (
        alt.Chart(alt.Data(values=list(data.dose_rows)))
        .mark_point(stroke=TEXT, strokeWidth=2, opacity=1, size=220 if len(data.dose_rows) <= FEW else 60, filled=False)
        .encode(
            x=time,
            shape=alt.Shape(
                "dose:N",
                scale=alt.Scale(domain=statuses, range=[SHAPES[name] for name in statuses]),
                legend=alt.Legend(title="Doses", orient="bottom") if len(statuses) > 1 else None,
            ),
        )
        .properties(width=WIDTH, height=26, title=_side(alt, "Doses"))
    )
    chart = alt.vconcat(above, below, spacing=6).properties(
        title=alt.Title(data.title, subtitle=list(data.subtitle), anchor="start", offset=14),
        padding=12,
        background=background or "transparent",
    )
    spec: dict[str, Any] = _configured(alt, chart).to_dict()
    return spec


def _layers(alt: Any, data: PlotData, time: Any) -> list[Any]:
    level = alt.Y("level:Q", title="Concentration, mg/L", scale=alt.Scale(zero=True))
    layers = []
    if data.band_rows:
        band = alt.Chart(alt.Data(values=list(data.band_rows))).mark_area(color=COLORS[0], opacity=0.18)
        layers.append(band.encode(x=time, y=alt.Y("low:Q", title="Concentration, mg/L"), y2="high:Q"))
    legend = alt.Legend(title=None, orient="top", symbolSize=900, symbolStrokeWidth=2.2, labelLimit=300, columns=3)
    if len(data.lines) == 1:
        legend = None
    number, few = range(len(data.lines)), len(data.dose_rows) <= FEW
    color = alt.Color(
        "regimen:N",
        sort=None,
        scale=alt.Scale(domain=list(data.lines), range=[COLORS[n % len(COLORS)] for n in number]),
        legend=legend,
    )
    dash = alt.StrokeDash(
        "regimen:N",
        sort=None,
        scale=alt.Scale(domain=list(data.lines), range=[DASHES[n % len(DASHES)] for n in number]),
        legend=legend,
    )
    lines = alt.Chart(alt.Data(values=list(data.line_rows))).mark_line(
        strokeWidth=2 if few else 0.8, strokeJoin="round"
    )
    layers.append(lines.encode(x=time, y=level, color=color, strokeDash=dash))
    if data.target_rows:
        target = alt.Chart(alt.Data(values=list(data.target_rows)))
        layers.append(target.mark_rule(color=LIMIT, strokeDash=[6, 4], strokeWidth=1.5).encode(y=level))
        beside = target.mark_text(
            align="left", baseline="middle", dx=6, dy=-15, color=LIMIT, fontSize=12, lineBreak=BREAK
        )
        layers.append(beside.encode(x=time, y=level, text="label:N"))
    return layers


def _side(alt: Any, text: str) -> Any:
    """A title to the left of its strip, where an axis has its own."""
    return alt.Title(text, orient="left", angle=0, align="right", anchor="middle", fontSize=12, fontWeight="normal",
                     color=SOFT, offset=8)  # fmt: skip


def _configured(alt: Any, chart: Any) -> Any:
    return (
        chart.configure(font="sans-serif", aria=False)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=SOFT, titleColor=SOFT, gridColor=GRID, domainColor=AXIS, tickColor=AXIS,
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal", titlePadding=10,
        )
        .configure_title(fontSize=16, color=TEXT, subtitleColor=SOFT, subtitleFontSize=12, subtitlePadding=5,
                         subtitleLineHeight=16)
        .configure_legend(labelColor=TEXT, titleColor=SOFT, labelFontSize=12, titleFontSize=12,
                          titleFontWeight="normal")
    )  # fmt: skip
