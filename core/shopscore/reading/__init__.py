"""Files and dataframes become streams: typed, checked, latest state only, repaired, linked.

The order of the modules is the order of the steps: ``files`` → ``cells`` → ``checks`` →
``latest`` → ``repairs`` → ``links``; ``events`` runs them and ``report`` keeps the books.
"""
