using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>The reference of the evaluator: all puzzles in one batch, segment by segment, in a plain loop.</summary>
internal sealed class HandEvaluation
{
    private readonly int[][] _inputs;
    private readonly List<int[]> _answers = []; // by segment, rows one after another
    private readonly List<float[]> _qHalt = [];
    private readonly List<float[]> _qContinue = [];

    public HandEvaluation(HrmModel model, int rows, int segments, int seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        model.eval();
        var random = new Random(seed);
        _inputs = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, Length).Select(_ => random.Next(TinyModels.Config.VocabularySize)).ToArray())];
        using var batch = PuzzleBatch.Create([.. _inputs.SelectMany(row => row)], [], [.. Ids(rows)], Length);
        var carry = model.InitialCarry(rows);
        for (var segment = 0; segment < segments; segment++)
        {
            var output = model.call(carry, batch);
            carry.Dispose();
            carry = output.Carry;
            _answers.Add(output.Logits.argmax(-1).to_type(ScalarType.Int32).data<int>().ToArray());
            _qHalt.Add(output.QHalt.data<float>().ToArray());
            _qContinue.Add(output.QContinue.data<float>().ToArray());
        }
    }

    private static int Length => TinyModels.Config.SequenceLength;

    /// <summary>The segment, from 1, after which a row first prefers to halt, or the last one.</summary>
    public int HaltingSegment(int row)
    {
        var first = Enumerable.Range(0, _qHalt.Count).Where(segment => _qHalt[segment][row] > _qContinue[segment][row]).FirstOrDefault(_qHalt.Count - 1);
        return first + 1;
    }

    /// <summary>q_halt of a row after a number of segments.</summary>
    public float QHalt(int row, int segments) => _qHalt[segments - 1][row];

    /// <summary>The likeliest tokens of a row after a number of segments.</summary>
    public int[] Answer(int row, int segments) => _answers[segments - 1][(row * Length)..((row + 1) * Length)];

    /// <summary>A dataset whose labels are the predictions of a segment per row; odd rows have one other label.</summary>
    public InMemoryPuzzleDataset Dataset(Func<int, int> segmentsOf) => new(
        _inputs.Select((inputs, row) => new PuzzleExample(inputs, Labels(row, segmentsOf(row)), Ids(_inputs.Length).ElementAt(row))),
        TinyModels.Config.VocabularySize,
        TinyModels.Config.PuzzleIdCount);

    private int[] Labels(int row, int segments)
    {
        var labels = Answer(row, segments);
        labels[0] = PuzzleBatch.IgnoredLabel;
        labels[1] = row % 2 == 0 ? labels[1] : (labels[1] + 1) % TinyModels.Config.VocabularySize;
        return labels;
    }

    private static IEnumerable<int> Ids(int rows) => Enumerable.Range(0, rows).Select(row => row % TinyModels.Config.PuzzleIdCount);
}
