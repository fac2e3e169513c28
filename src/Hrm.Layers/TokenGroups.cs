using Hrm.Layers.Kernels;

namespace Hrm.Layers;

/// <summary>Groups of tokens, such as the rows, columns and boxes of a grid: K partitions, each with every token in one of its groups.</summary>
public sealed class TokenGroups
{
    /// <summary>Creates the groups.</summary>
    /// <param name="partitions">For each partition, the number of each token's group, from 0; all groups have members.</param>
    /// <exception cref="ArgumentException">There is no partition or no token, partitions differ in length, or a group is negative or has no member.</exception>
    public TokenGroups(IReadOnlyList<int[]> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        if (partitions.Count == 0 || partitions[0].Length == 0 || partitions.Any(partition => partition.Length != partitions[0].Length))
        {
            throw new ArgumentException("expected partitions of the same tokens, at least one of each", nameof(partitions));
        }

        Counts = [.. partitions.Select(partition => partition.Max() + 1)];
        TokenCount = partitions[0].Length;
        GroupCount = Counts.Sum();
        var sizes = new int[GroupCount];
        var members = new int[TokenCount * Counts.Length];
        var first = 0;
        for (var k = 0; k < Counts.Length; k++)
        {
            for (var token = 0; token < TokenCount; token++)
            {
                var group = partitions[k][token] >= 0 ? partitions[k][token] : throw new ArgumentException($"expected groups from 0, got {partitions[k][token]}", nameof(partitions));
                members[(token * Counts.Length) + k] = first + group;
                sizes[first + group]++;
            }

            first += Counts[k];
        }

        if (sizes.Contains(0))
        {
            throw new ArgumentException("expected groups with at least one token", nameof(partitions));
        }

        Table = new GroupTable(TokenCount, GroupCount, members, Array.ConvertAll(sizes, size => 1f / size));
    }

    /// <summary>S, the number of tokens.</summary>
    public int TokenCount { get; }

    /// <summary>G, the number of groups of all partitions.</summary>
    public int GroupCount { get; }

    /// <summary>The number of groups of each partition, [K].</summary>
    internal int[] Counts { get; }

    /// <summary>The groups for the kernels; those of partition k follow those of partition k - 1.</summary>
    internal GroupTable Table { get; }

    /// <summary>Groups of a grid of cells in row-major order: its rows, columns, boxes, and the whole grid.</summary>
    /// <remarks>
    /// With V symbols, each cell has a token for each symbol, side by side: rows, columns and boxes then are groups of equal symbols, and
    /// the tokens of a cell are a group too. These are the constraints of a Sudoku.
    /// </remarks>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="box">The rows and columns of a box; <see langword="null"/> for no boxes.</param>
    /// <param name="symbols">V, the number of tokens of a cell.</param>
    public static TokenGroups OfGrid(int rows, int columns, (int Rows, int Columns)? box = null, int symbols = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(symbols);
        if (box is { } size && (size.Rows <= 0 || size.Columns <= 0 || rows % size.Rows != 0 || columns % size.Columns != 0))
        {
            throw new ArgumentException($"expected boxes that divide the grid of {rows} × {columns}, got {size.Rows} × {size.Columns}", nameof(box));
        }

        var partitions = new List<int[]> { Groups((row, _) => row), Groups((_, column) => column) };
        if (box is { } part)
        {
            partitions.Add(Groups((row, column) => (row / part.Rows * (columns / part.Columns)) + (column / part.Columns)));
        }

        if (symbols > 1)
        {
            partitions.Add([.. Enumerable.Range(0, rows * columns * symbols).Select(token => token / symbols)]);
        }

        partitions.Add(new int[rows * columns * symbols]);
        return new TokenGroups(partitions);

        int[] Groups(Func<int, int, int> group) =>
            [.. Enumerable.Range(0, rows * columns * symbols).Select(token => (group(token / symbols / columns, token / symbols % columns) * symbols) + (token % symbols))];
    }
}
