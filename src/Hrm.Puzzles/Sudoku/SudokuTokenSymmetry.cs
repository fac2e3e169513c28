using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>A symmetry of Sudoku grids, of their tokens. Padding, which only a prediction can hold, comes back as a blank.</summary>
internal sealed class SudokuTokenSymmetry(SudokuEncoding encoding, SudokuSymmetry symmetry) : IPuzzleSymmetry
{
    private readonly SudokuSymmetry _inverse = symmetry.Inverse();

    public int[] Apply(ReadOnlySpan<int> tokens) => Apply(symmetry, tokens);

    public int[] Undo(ReadOnlySpan<int> answer) => Apply(_inverse, answer);

    private int[] Apply(SudokuSymmetry change, ReadOnlySpan<int> tokens)
    {
        Span<byte> before = stackalloc byte[tokens.Length];
        Span<byte> after = stackalloc byte[tokens.Length];
        encoding.Decode(tokens, before, SudokuEncoding.PadToken);
        change.Apply(before, after);
        var changed = new int[tokens.Length];
        encoding.Encode(after, changed);
        return changed;
    }
}
