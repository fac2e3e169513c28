using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Moves an example's input and output together to a random place of the canvas, all places where both fit being equally likely.
/// Holds no state: several threads may share it, each with its own generator.
/// </summary>
/// <remarks>
/// The authors' datasets hold one place an example, drawn when they were built; this draws a new one each time. The vote reads
/// predictions at the origin, so test examples must not be moved.
/// </remarks>
public sealed class ArcTranslation : IExampleAugmentation
{
    /// <summary>Moves an example in place.</summary>
    /// <param name="inputs">The tokens of the input, 900.</param>
    /// <param name="labels">The labels, 900, the output lying where the input does; all of them may be ignored.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <exception cref="PuzzleFormatException">Tokens that encode no grid, or two grids at different places.</exception>
    public void Apply(Span<int> inputs, Span<int> labels, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var input = ArcEncoding.Decode(inputs);
        var isLabelled = labels.ContainsAnyExcept(PuzzleBatch.IgnoredLabel);
        var output = isLabelled ? ArcEncoding.Decode(labels) : input;
        if ((input.Row, input.Column) != (output.Row, output.Column))
        {
            throw new PuzzleFormatException(
                $"expected the output at row {input.Row}, column {input.Column} of the canvas, where the input is, got row {output.Row}, column {output.Column}",
                field: nameof(labels));
        }

        var (row, column) = Draw(input.Grid, output.Grid, random);
        ArcEncoding.Encode(input.Grid, inputs, row, column);
        if (isLabelled)
        {
            ArcEncoding.Encode(output.Grid, labels, row, column, PuzzleBatch.IgnoredLabel);
        }
    }

    /// <summary>Draws a place at which both grids fit.</summary>
    internal static (int Row, int Column) Draw(ArcGrid input, ArcGrid? output, Random random)
    {
        var row = random.Next(ArcEncoding.Side - Math.Max(input.Rows, output?.Rows ?? 0) + 1);
        return (row, random.Next(ArcEncoding.Side - Math.Max(input.Columns, output?.Columns ?? 0) + 1));
    }
}
