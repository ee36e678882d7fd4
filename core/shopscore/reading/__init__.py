"""Files and dataframes become streams: typed, checked, latest state only, repaired, linked.

``formats`` has the records of any kind of file. ``files`` (canonical ones, and dataframes) and
``exports`` (recognised by their headers) make a ``raw_table`` of them, ``sources`` says of which
files. ``rows`` types, checks, merges, repairs and links its rows; ``events`` runs these steps,
``report`` keeps the books, and ``quarantine`` writes what was set aside.
"""
