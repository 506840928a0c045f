"""Lets Confidant 6.5.1 and the libraries that it was written for start on a Python of today: names that were moved are put
where they were. Nothing of what Confidant does is changed."""

import collections
import collections.abc
import inspect

inspect.getargspec = inspect.getfullargspec
for name in collections.abc.__all__:
    setattr(collections, name, getattr(collections.abc, name))
