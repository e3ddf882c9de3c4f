"""Files with a real detalization, read on the person's own machine: rows, and what is not read.

`source` looks at a file: what it really is, in which encoding, whether it may be read at all. A
module for each kind of file (`html`, `sheets`, `xml`, `text`) tells its rows as texts; `columns`
knows where the table begins and what its columns mean, `values` what stands in a cell. `document`
puts it together; `summary` says what a whole file comes to.

Nothing here knows screens or rules. Whatever a file contains, reading it ends: with rows, or with
`FileRefused` and its sentence.
"""
