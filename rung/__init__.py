"""What starts: the command line, settings, the configuration documents, the embedded servers and their supervisor."""

__version__ = "0.1.0"
