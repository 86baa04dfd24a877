"""An HTML page as its tags and words, read by the standard library."""

import re
from html.parser import HTMLParser


class Outline(HTMLParser):
    """Tags with their attributes, ids, and the text outside of styles; complains of unbalanced tags."""

    VOID = {"meta", "br", "img", "link", "path", "use", "rect", "line", "circle", "image", "stop"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.open = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))
