"""The revisions, ``r0001_…`` and on; ``make migration`` drafts the next one."""
