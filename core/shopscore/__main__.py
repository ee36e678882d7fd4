"""``python -m shopscore``: the command ``shopscore``."""

from .cli.main import main

if __name__ == "__main__":
    main()
