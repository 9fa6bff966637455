"""Text that becomes part of a page: escaped, or as data that no script can break out of.

Everything that comes from a file or a user goes through `text`, `tag` or `data` on its way into the page.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from syncline.errors import printable

_SLOT = re.compile(r"\{\{(\w+)\}\}")


class Markup(str):
    """Text that is markup already; all other text is escaped where it goes into markup."""

    __slots__ = ()


def text(value: object) -> Markup:
    """A value as markup that shows it; control and direction-changing characters are shown by their codes."""
    return value if isinstance(value, Markup) else Markup(html.escape(printable(str(value)), quote=True))


def tag(name: str, *content: object, **attributes: object) -> Markup:
    """An element. Attributes: `class_` and `data_frame` become class and data-frame; True has no value, None is left
    out. Content that is not `Markup` is escaped.

    >>> tag("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    told = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        told.append(f" {label}" if value is True else f' {label}="{text(value)}"')
    return Markup(f"<{name}{''.join(told)}>{''.join(map(text, content))}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    """Parts one after the other."""
    return Markup("\n".join(map(text, parts)))


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, row_heads: bool = True, class_: str = ""
) -> Markup:
    """A table with a caption; the first cell of each row is its heading where `row_heads`."""
    head = tag("tr", *(tag("th", name, scope="col") for name in heads))
    lines = []
    for row in rows:
        cells = [tag("td", cell) for cell in row]
        if row_heads:
            cells[0] = tag("th", row[0], scope="row")
        lines.append(tag("tr", *cells))
    content = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *lines))
    return tag("div", content, class_=f"scroll {class_}".strip(), tabindex="0", role="group", aria_label=caption)


def data(value: Any) -> Markup:
    """JSON for a script element: no `<`, `>` or `&` stands in it, so that nothing ends the element early."""
    plain = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def data_uri(kind: str, content: bytes) -> Markup:
    """Bytes as a `data:` URI of a media type."""
    return Markup(f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}")


def resource(name: str) -> str:
    """A part of the page that is shipped with the package."""
    return (files("syncline.report") / name).read_text(encoding="utf-8")


def content_hash(content: str) -> str:
    """What a Content-Security-Policy calls an inline script or style by."""
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def fill(template: str, parts: Mapping[str, str]) -> str:
    """Put parts into the `{{slots}}` of a template, in one pass: what is put in is not looked at again.

    Raises KeyError for a slot without a part, ValueError for a part without a slot.
    """
    unused = set(parts) - set(_SLOT.findall(template))
    if unused:
        raise ValueError(f"the page has no place for {', '.join(sorted(unused))}")
    return _SLOT.sub(lambda slot: parts[slot[1]], template)
