"""The footnotes of an HTML tree: what a reference leads to and what leads back to it."""

from __future__ import annotations

from consult.documents.markup import Node


def find_footnotes(root: Node) -> dict[str, tuple[str, Node]]:
    """The footnotes of a document by id: elements that a reference leads to and that lead back to it."""
    nodes = {node.attributes["id"]: node for node in root.walk() if node.attributes.get("id")}
    within: dict[int, str] = {}
    for node in root.walk():
        for inner in node.walk() if node.tag in ("sup", "a") else ():
            within.setdefault(id(inner), node.attributes.get("id", ""))
    found: dict[str, tuple[str, Node]] = {}
    ways_back: dict[str, set[str]] = {}
    for link in (node for node in root.walk() if node.tag == "a"):
        name = link.attributes.get("href", "").removeprefix("#")
        note = nodes.get(name) if link.attributes.get("href", "").startswith("#") else None
        if note is None or note.tag not in ("li", "p", "div", "aside") or name in found:
            continue
        if name not in ways_back:
            ways_back[name] = {node.attributes.get("href", "")[1:] for node in note.walk() if node.tag == "a"}
        sources = {link.attributes.get("id", ""), within.get(id(link), "")} - {""}
        if sources & ways_back[name]:
            found[name] = (str(len(found) + 1), note)
    return found


def without_way_back(node: Node) -> Node:
    """A footnote without the link that leads back to where it is referred to."""
    children = [
        child if isinstance(child, str) else without_way_back(child)
        for child in node.children
        if not (isinstance(child, Node) and _is_way_back(child))
    ]
    return Node(node.tag, node.attributes, list(children))


def _is_way_back(node: Node) -> bool:
    return (
        node.tag == "a" and node.attributes.get("href", "").startswith("#") and len(node.text().strip()) < 3
    )
