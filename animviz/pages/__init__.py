"""Interactive pages: one HTML file that shows a recording over the epochs, from disk and offline.

embedding     layers as points in the plane: contents_of a recording -> Contents; page_of them -> bytes
plane         a network over one or two inputs, which runs in the page
film          any scene as a film, with chapters, captions and numbers
write_page    a page of any kind, into a file that appears whole or not at all
"""

from animviz.pages.embedding.contents import Contents, contents_of
from animviz.pages.embedding.page import page_of
from animviz.pages.telling import Series
from animviz.pages.writing import write_page

__all__ = ["Contents", "Series", "contents_of", "page_of", "write_page"]
