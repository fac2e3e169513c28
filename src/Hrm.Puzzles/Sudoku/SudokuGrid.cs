using System.Diagnostics.CodeAnalysis;

namespace Hrm.Puzzles;

/// <summary>
/// Grid of digits, row by row, 0 for a blank. Immutable. It can break the rules: <see cref="FindConflict"/> and
/// <see cref="IsSolved"/> check them.
/// </summary>
public sealed class SudokuGrid : IEquatable<SudokuGrid>
{
    private readonly byte[] _digits;

    private SudokuGrid(SudokuShape shape, byte[] digits)
    {
        Shape = shape;
        _digits = digits;
    }

    /// <summary>The shape of the grid.</summary>
    public SudokuShape Shape { get; }

    /// <summary>The digits row by row, 0 for a blank.</summary>
    public ReadOnlySpan<byte> Digits => _digits;

    /// <summary>The number of cells that are not blank.</summary>
    public int GivenCount => _digits.Length - Digits.Count((byte)0);

    /// <summary>Whether no cell is blank.</summary>
    public bool IsComplete => !Digits.Contains((byte)0);

    /// <summary>Whether no cell is blank and every row, column and box contains each digit once.</summary>
    public bool IsSolved => IsComplete && FindConflict() is null;

    /// <summary>The digit of a cell, 0 for a blank.</summary>
    /// <param name="cell">The cell, row by row.</param>
    public int this[int cell] => _digits[cell];

    /// <summary>The digit at a row and a column, 0 for a blank.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="column">The column, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row or column outside the grid.</exception>
    public int this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Shape.Side, nameof(row));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Shape.Side, nameof(column));
            return _digits[(row * Shape.Side) + column];
        }
    }

    /// <summary>An empty grid.</summary>
    /// <param name="shape">The shape.</param>
    public static SudokuGrid Empty(SudokuShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return new SudokuGrid(shape, new byte[shape.Cells]);
    }

    /// <summary>Creates a grid from its digits.</summary>
    /// <param name="digits">The digits row by row, 0 for a blank; copied.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="HrmFormatException">Another number of cells, or a digit above the side; names the cell.</exception>
    public static SudokuGrid FromDigits(ReadOnlySpan<byte> digits, SudokuShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (digits.Length != shape.Cells)
        {
            throw new HrmFormatException($"expected {shape.Cells} digits, got {digits.Length}");
        }

        var wrong = digits.IndexOfAnyExceptInRange((byte)0, (byte)shape.Side);
        if (wrong >= 0)
        {
            throw new HrmFormatException($"expected a digit of 0 to {shape.Side} in {shape.NameOf(wrong)}, got {digits[wrong]}");
        }

        return new SudokuGrid(shape, digits.ToArray());
    }

    /// <summary>Reads a grid, one character per cell, row by row; '.', '0', '*' or '_' is a blank, A to G follow 9.</summary>
    /// <param name="text">The characters, without line breaks or spaces.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="HrmFormatException">Another length or character; names the position.</exception>
    public static SudokuGrid Parse(ReadOnlySpan<char> text, SudokuShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (text.Length != shape.Cells)
        {
            throw new HrmFormatException($"expected {shape.Cells} characters, got {text.Length}");
        }

        var digits = new byte[shape.Cells];
        for (var cell = 0; cell < digits.Length; cell++)
        {
            if (!shape.TryParseSymbol(text[cell], out digits[cell]))
            {
                throw new HrmFormatException(
                    $"expected '.', '0' or 1 to {shape.SymbolOf(shape.Side)} at character {cell + 1} ({shape.NameOf(cell)}), got {Quote.Text(text[cell].ToString())}");
            }
        }

        return new SudokuGrid(shape, digits);
    }

    /// <summary>Finds the first two cells of a row, column or box that have the same digit.</summary>
    /// <returns>The conflict, or <see langword="null"/> if there is none.</returns>
    public PuzzleFault? FindConflict()
    {
        Span<int> firstCell = stackalloc int[SudokuShape.MaximumSide + 1];
        foreach (var unit in Shape.CellsOfUnit)
        {
            firstCell.Fill(-1);
            foreach (var cell in unit)
            {
                var digit = _digits[cell];
                if (digit != 0 && firstCell[digit] >= 0)
                {
                    var first = firstCell[digit];
                    return new PuzzleFault(
                        $"expected different digits in {Shape.NameOf(first)} and {Shape.NameOf(cell)}, got {Shape.SymbolOf(digit)} in both", first, cell);
                }

                firstCell[digit] = cell;
            }
        }

        return null;
    }

    /// <summary>Whether an answer is complete, keeps the rules and keeps every given of this question.</summary>
    /// <param name="answer">The proposed solution.</param>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public bool IsSolvedBy(SudokuGrid answer) => FindFault(answer) is null;

    /// <summary>Finds the first reason why an answer does not solve this question.</summary>
    /// <param name="answer">The proposed solution.</param>
    /// <returns>A changed given, otherwise a blank, otherwise a conflict; <see langword="null"/> if the answer solves the question.</returns>
    /// <exception cref="ArgumentException">A grid of another shape.</exception>
    public PuzzleFault? FindFault(SudokuGrid answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (!Shape.Equals(answer.Shape))
        {
            throw new ArgumentException($"answer: expected a grid of {Shape}, got {answer.Shape}", nameof(answer));
        }

        for (var cell = 0; cell < _digits.Length; cell++)
        {
            if (_digits[cell] != 0 && _digits[cell] != answer[cell])
            {
                return new PuzzleFault(
                    $"expected the given {Shape.SymbolOf(_digits[cell])} in {Shape.NameOf(cell)}, got {Shape.SymbolOf(answer[cell])}", cell);
            }
        }

        var blank = answer.Digits.IndexOf((byte)0);
        return blank >= 0 ? new PuzzleFault($"expected a digit in {Shape.NameOf(blank)}, got a blank", blank) : answer.FindConflict();
    }

    /// <summary>One character per cell, row by row; a blank is '.'. <see cref="Parse"/> is the inverse.</summary>
    public override string ToString() => string.Create(_digits.Length, this, static (text, grid) =>
    {
        for (var cell = 0; cell < text.Length; cell++)
        {
            text[cell] = grid.Shape.SymbolOf(grid._digits[cell]);
        }
    });

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] SudokuGrid? other) =>
        other is not null && Shape.Equals(other.Shape) && Digits.SequenceEqual(other.Digits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SudokuGrid);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Shape);
        hash.AddBytes(_digits);
        return hash.ToHashCode();
    }
}
