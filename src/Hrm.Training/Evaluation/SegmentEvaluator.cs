using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Runs a model over a dataset for a fixed number of segments, and tells what it answers after each of them.</summary>
/// <remarks>
/// Only one batch is kept: memory does not grow with the dataset. The answers are those of an <see cref="Evaluator"/> without a
/// policy for the same number of segments.
/// </remarks>
public sealed class SegmentEvaluator
{
    private readonly HrmModel _model;
    private readonly int _segments;
    private readonly int _batchSize;

    /// <summary>Creates the evaluator.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="segments">The number of segments that every example runs.</param>
    /// <param name="batchSize">B.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public SegmentEvaluator(HrmModel model, int segments, int batchSize = 256)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        _model = model;
        _segments = segments;
        _batchSize = batchSize;
    }

    /// <summary>Runs every example.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="observed">Takes each example when its batch has run, in their order, on the calling thread.</param>
    /// <param name="progress">Told the number of examples done after each batch.</param>
    /// <param name="cancellationToken">Stops before the next segment.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ShapeMismatchException">The puzzles have another length than the model's.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is beyond the model's tables.</exception>
    /// <exception cref="HrmException">The dataset cannot be read.</exception>
    public void Run(
        IPuzzleDataset dataset,
        Action<ExampleSegments> observed,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(observed);
        PuzzleLoader.RequireIds(dataset, _model.Config);
        var wasTraining = _model.training;
        _model.eval();
        try
        {
            using var running = new RunningBatch<RunningRow>(_model, TimeProvider.System);
            var done = 0;
            foreach (var batch in new PuzzleLoader(dataset, _batchSize, _model.Device).InOrder())
            {
                using (batch)
                {
                    var count = Math.Min(_batchSize, dataset.ExampleCount - done);
                    foreach (var example in RunBatch(running, batch, done, count, cancellationToken))
                    {
                        observed(example);
                    }

                    done += count;
                    progress?.Report(done);
                }
            }
        }
        finally
        {
            _model.train(wasTraining);
        }
    }

    private ExampleSegments[] RunBatch(RunningBatch<RunningRow> running, PuzzleBatch batch, int first, int count, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var rows = EvaluationRows.Add(running, batch, count, _model.Config, (tokens, puzzleId) => new RunningRow(tokens, puzzleId, _segments, halting: null));
        var length = _model.Config.SequenceLength;
        var labels = batch.Labels!.cpu().data<int>().ToArray(); // [B, seq_len]
        var answers = rows.Select((_, row) => new AnswerHistory(labels.AsSpan(row * length, length).ToArray(), _segments)).ToArray();
        while (running.Rows.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            running.RunSegment();
            for (var row = 0; row < count; row++)
            {
                answers[row].Add(rows[row]);
            }
        }

        return [.. rows.Select((row, place) => new ExampleSegments(first + place, row.PuzzleId, row.Tokens, answers[place].Labelled, answers[place].Segments))];
    }

    /// <summary>The answers to one example so far.</summary>
    private sealed class AnswerHistory(int[] labels, int segments)
    {
        private readonly SegmentResult[] _segments = new SegmentResult[segments];
        private int[]? _before;

        public int Labelled { get; } = labels.Count(label => label != PuzzleBatch.IgnoredLabel);

        public IReadOnlyList<SegmentResult> Segments => _segments;

        public void Add(RunningRow row)
        {
            var (wrong, changed, restored) = (0, 0, 0);
            for (var token = 0; token < labels.Length; token++)
            {
                var label = labels[token];
                if (label == PuzzleBatch.IgnoredLabel)
                {
                    continue;
                }

                var answer = row.Answer[token];
                var before = _before?[token] ?? answer;
                wrong += answer != label ? 1 : 0;
                changed += answer != before ? 1 : 0;
                restored += answer == label && before != label ? 1 : 0;
            }

            _segments[row.Segments - 1] = new SegmentResult(row.Segments, wrong, changed, restored, row.QHalt, row.QContinue, row.UnchangedSegments);
            _before ??= new int[labels.Length];
            row.Answer.CopyTo(_before);
        }
    }
}
