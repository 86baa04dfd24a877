"""The verdict on the published numbers: `docs/replication.md`, made from stored results.

`published` (facts that others printed) and `results` (facts that our studies found, written by `collect`) are text.
Everything else turns the two into one page, in seconds, the same bytes every time:

    python -m replication                      write docs/replication.md
    python -m replication collect FOLDER ...   keep the results of finished studies in replication/results
    python -m replication renew [NAME ...]     run studies again (all of them unless named), collect, and write the page
"""
