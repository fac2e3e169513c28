using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// An element of the symmetry group of Sudoku grids: transposition (square boxes only), the order of bands and of the rows
/// in them, the order of stacks and of the columns in them, and a relabelling of the digits. It takes solved grids to
/// solved grids, and a question with its answer to a question with its answer. Immutable.
/// </summary>
/// <remarks>
/// <c>out[r, c] = digit(t[row(r), column(c)])</c>, t being the grid, transposed if <see cref="IsTransposed"/>; a blank stays a blank.
/// </remarks>
public sealed class SudokuSymmetry : IEquatable<SudokuSymmetry>
{
    private readonly byte[] _rows;
    private readonly byte[] _columns;
    private readonly byte[] _digits;

    private SudokuSymmetry(SudokuShape shape, byte[] rows, byte[] columns, byte[] digits, bool isTransposed)
    {
        Shape = shape;
        IsTransposed = isTransposed;
        _rows = rows;
        _columns = columns;
        _digits = digits;
    }

    /// <summary>The shape of the grids.</summary>
    public SudokuShape Shape { get; }

    /// <summary>Whether rows and columns are exchanged first.</summary>
    public bool IsTransposed { get; }

    /// <summary>For each row of the result the row that it is taken from.</summary>
    public ReadOnlySpan<byte> Rows => _rows;

    /// <summary>For each column of the result the column that it is taken from.</summary>
    public ReadOnlySpan<byte> Columns => _columns;

    /// <summary>For each digit, blank included, the digit that replaces it.</summary>
    public ReadOnlySpan<byte> Digits => _digits;

    /// <summary>Creates an element from its parts.</summary>
    /// <param name="shape">The shape of the grids.</param>
    /// <param name="rows">For each row of the result the row that it is taken from.</param>
    /// <param name="columns">For each column of the result the column that it is taken from.</param>
    /// <param name="digits">For each digit from 0 on the digit that replaces it; 0 stays 0.</param>
    /// <param name="isTransposed">Whether rows and columns are exchanged first.</param>
    /// <exception cref="ArgumentException">No permutation, one that takes a band or stack apart, or a transposition of boxes that are not square.</exception>
    public static SudokuSymmetry Create(
        SudokuShape shape, ReadOnlySpan<byte> rows, ReadOnlySpan<byte> columns, ReadOnlySpan<byte> digits, bool isTransposed)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!SudokuPermutation.KeepsBlocks(rows, shape.BoxRows, shape.Side))
        {
            throw new ArgumentException($"rows: expected the rows 0 to {shape.Side - 1}, bands of {shape.BoxRows} kept together", nameof(rows));
        }

        if (!SudokuPermutation.KeepsBlocks(columns, shape.BoxColumns, shape.Side))
        {
            throw new ArgumentException($"columns: expected the columns 0 to {shape.Side - 1}, stacks of {shape.BoxColumns} kept together", nameof(columns));
        }

        if (!SudokuPermutation.KeepsBlocks(digits, 1, shape.Side + 1) || digits[0] != 0)
        {
            throw new ArgumentException($"digits: expected 0 and then the digits 1 to {shape.Side} in some order", nameof(digits));
        }

        if (isTransposed && !shape.IsSquare)
        {
            throw new ArgumentException($"isTransposed: expected no transposition of {shape}", nameof(isTransposed));
        }

        return new SudokuSymmetry(shape, rows.ToArray(), columns.ToArray(), digits.ToArray(), isTransposed);
    }

    /// <summary>The element that changes nothing.</summary>
    /// <param name="shape">The shape of the grids.</param>
    public static SudokuSymmetry Identity(SudokuShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return new SudokuSymmetry(shape, SudokuPermutation.Identity(shape.Side), SudokuPermutation.Identity(shape.Side),
            SudokuPermutation.Identity(shape.Side + 1), isTransposed: false);
    }

    /// <summary>Draws an element, all of them equally likely.</summary>
    /// <param name="shape">The shape of the grids.</param>
    /// <param name="random">Where chance comes from.</param>
    public static SudokuSymmetry Random(SudokuShape shape, Random random)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(random);
        var digits = SudokuPermutation.Identity(shape.Side + 1);
        random.ShuffleStably(digits.AsSpan(1));
        return new SudokuSymmetry(shape,
            SudokuPermutation.RandomBlocks(shape.Side, shape.BoxRows, random),
            SudokuPermutation.RandomBlocks(shape.Side, shape.BoxColumns, random),
            digits,
            isTransposed: shape.IsSquare && random.Next(2) == 1);
    }

    /// <summary>The number of elements: 3,072 for 4×4, 2,488,320 for 6×6, 1,218,998,108,160 for 9×9.</summary>
    /// <param name="shape">The shape of the grids.</param>
    public static BigInteger GroupOrder(SudokuShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var bands = shape.Side / shape.BoxRows;
        var stacks = shape.Side / shape.BoxColumns;
        return Factorial(shape.Side)
            * Factorial(bands) * BigInteger.Pow(Factorial(shape.BoxRows), bands)
            * Factorial(stacks) * BigInteger.Pow(Factorial(shape.BoxColumns), stacks)
            * (shape.IsSquare ? 2 : 1);
    }

    /// <summary>The image of a grid.</summary>
    /// <param name="grid">A grid, solved or not.</param>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public SudokuGrid Apply(SudokuGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        RequireShape(grid.Shape, nameof(grid));
        Span<byte> image = stackalloc byte[Shape.Cells];
        Apply(grid.Digits, image);
        return SudokuGrid.FromDigits(image, Shape);
    }

    /// <summary>The image of a grid's digits, without allocation.</summary>
    /// <param name="source">The digits row by row, 0 for a blank, none above the side.</param>
    /// <param name="destination">Receives the image; must not overlap <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">A span that has not one digit a cell.</exception>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var side = Shape.Side;
        if (source.Length != Shape.Cells || destination.Length != Shape.Cells)
        {
            throw new ArgumentException($"source, destination: expected {Shape.Cells} digits, got {source.Length} and {destination.Length}", nameof(source));
        }

        var (rowStep, columnStep) = IsTransposed ? (1, side) : (side, 1);
        var cell = 0;
        foreach (var row in _rows)
        {
            foreach (var column in _columns)
            {
                destination[cell++] = _digits[source[(row * rowStep) + (column * columnStep)]];
            }
        }
    }

    /// <summary>The element that undoes this one.</summary>
    public SudokuSymmetry Inverse()
    {
        var rows = SudokuPermutation.Inverse(_rows);
        var columns = SudokuPermutation.Inverse(_columns);
        return new SudokuSymmetry(Shape, IsTransposed ? columns : rows, IsTransposed ? rows : columns, SudokuPermutation.Inverse(_digits), IsTransposed);
    }

    /// <summary>This element, then another: <c>a.Then(b).Apply(g) = b.Apply(a.Apply(g))</c>.</summary>
    /// <param name="next">The element applied second.</param>
    /// <exception cref="ArgumentException">An element of another shape.</exception>
    public SudokuSymmetry Then(SudokuSymmetry next)
    {
        ArgumentNullException.ThrowIfNull(next);
        RequireShape(next.Shape, nameof(next));
        // The second transposition exchanges the roles of the first element's rows and columns.
        var (rows, columns) = next.IsTransposed ? (_columns, _rows) : (_rows, _columns);
        return new SudokuSymmetry(Shape,
            SudokuPermutation.Compose(rows, next._rows),
            SudokuPermutation.Compose(columns, next._columns),
            SudokuPermutation.Compose(next._digits, _digits),
            IsTransposed ^ next.IsTransposed);
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] SudokuSymmetry? other) =>
        other is not null && Shape.Equals(other.Shape) && IsTransposed == other.IsTransposed
        && Rows.SequenceEqual(other.Rows) && Columns.SequenceEqual(other.Columns) && Digits.SequenceEqual(other.Digits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SudokuSymmetry);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(IsTransposed);
        hash.AddBytes(_rows);
        hash.AddBytes(_columns);
        hash.AddBytes(_digits);
        return hash.ToHashCode();
    }

    private void RequireShape(SudokuShape shape, string name)
    {
        if (!shape.Equals(Shape))
        {
            throw new ArgumentException($"{name}: expected {Shape}, got {shape}", name);
        }
    }

    private static BigInteger Factorial(int n) => n <= 1 ? BigInteger.One : n * Factorial(n - 1);
}
