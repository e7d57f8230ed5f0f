"""Interactive pages: one HTML file that shows a recording's embedding over the epochs, from disk and offline.

contents_of   recording -> Contents: positions, answers, probabilities, images, learning curves
page_of       Contents -> the bytes of the page
write_page    both, into a file that appears whole or not at all
"""

from animviz.pages.embedding.contents import Contents, Series, contents_of
from animviz.pages.embedding.page import page_of, write_page

__all__ = ["Contents", "Series", "contents_of", "page_of", "write_page"]
