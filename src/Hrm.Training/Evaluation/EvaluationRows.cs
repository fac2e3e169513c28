using Hrm.Core;
using Hrm.Layers;

namespace Hrm.Training;

/// <summary>The examples of a batch as rows that think together.</summary>
internal static class EvaluationRows
{
    /// <summary>Adds the examples of a batch. Rows that fill the last batch of a dataset are no examples, and are left out.</summary>
    /// <param name="running">Takes them.</param>
    /// <param name="batch">The batch, checked here against the config.</param>
    /// <param name="count">The number of its examples.</param>
    /// <param name="config">The model's.</param>
    /// <param name="create">Makes a row of tokens and a puzzle id.</param>
    /// <returns>The rows, in the order of the examples.</returns>
    public static RunningRow[] Add(RunningBatch<RunningRow> running, PuzzleBatch batch, int count, HrmConfig config, Func<int[], int, RunningRow> create)
    {
        var length = config.SequenceLength;
        ShapeGuard.Require(batch.Inputs, "inputs", "B", length);
        batch.Limits.RequireWithin(config);
        var inputs = batch.Inputs.cpu().data<int>().ToArray(); // [B, seq_len]
        var puzzleIds = batch.PuzzleIds.cpu().data<int>().ToArray(); // [B]
        var rows = new RunningRow[count];
        for (var row = 0; row < count; row++)
        {
            rows[row] = create(inputs.AsSpan(row * length, length).ToArray(), puzzleIds[row]);
            running.Add(rows[row]);
        }

        return rows;
    }
}
