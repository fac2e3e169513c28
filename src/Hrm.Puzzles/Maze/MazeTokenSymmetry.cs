using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>A turn or a flip of a maze, of its tokens.</summary>
internal sealed class MazeTokenSymmetry(MazeShape shape, DihedralTransform transform) : IPuzzleSymmetry
{
    public int[] Apply(ReadOnlySpan<int> tokens) => Apply(transform, tokens);

    public int[] Undo(ReadOnlySpan<int> answer) => Apply(transform.Inverse, answer);

    /// <summary>The symmetries of a shape keep its rows and columns.</summary>
    private int[] Apply(DihedralTransform change, ReadOnlySpan<int> tokens)
    {
        var changed = new int[tokens.Length];
        change.Apply(tokens, shape.Rows, shape.Columns, changed);
        return changed;
    }
}
