using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Measures a model on a dataset.</summary>
/// <remarks>
/// Each batch starts with a fresh carry and runs until every row has stopped. A row's answer is that of the segment at which it
/// stopped; later segments are not computed for it. Without a policy this is the paper's evaluation: exactly M segments.
/// </remarks>
public sealed class Evaluator
{
    private readonly HrmModel _model;
    private readonly HrmLoss _loss;
    private readonly int _maxSegments;
    private readonly IHaltingPolicy? _halting;
    private readonly int _batchSize;

    /// <summary>Creates the evaluator.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="loss">The loss to report.</param>
    /// <param name="maxSegments">M, the largest number of segments of a row.</param>
    /// <param name="halting">Stops a row earlier; <see langword="null"/> runs every row for M segments.</param>
    /// <param name="batchSize">B.</param>
    /// <exception cref="ArgumentOutOfRangeException">M or B is not positive.</exception>
    public Evaluator(HrmModel model, HrmLoss loss, int maxSegments, IHaltingPolicy? halting = null, int batchSize = 256)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        _model = model;
        _loss = loss;
        _maxSegments = maxSegments;
        _halting = halting;
        _batchSize = batchSize;
    }

    /// <summary>Evaluates every example.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="progress">Told the number of examples done after each batch.</param>
    /// <param name="cancellationToken">Stops before the next batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ShapeMismatchException">The puzzles have another length than the model's.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is beyond the model's tables.</exception>
    /// <exception cref="HrmException">The dataset cannot be read.</exception>
    public EvaluationResult Evaluate(IPuzzleDataset dataset, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
        => Evaluate(dataset, null, progress, cancellationToken);

    /// <summary>Evaluates every example, and hands on what the model answered.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="predicted">Takes the answers, in the order of the examples, on the calling thread: a checker, a vote.</param>
    /// <param name="progress">Told the number of examples done after each batch.</param>
    /// <param name="cancellationToken">Stops before the next batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ShapeMismatchException">The puzzles have another length than the model's.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is beyond the model's tables.</exception>
    /// <exception cref="HrmException">The dataset cannot be read.</exception>
    public EvaluationResult Evaluate(
        IPuzzleDataset dataset,
        Action<ExamplePrediction>? predicted,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        PuzzleLoader.RequireIds(dataset, _model.Config);
        var wasTraining = _model.training;
        _model.eval();
        try
        {
            using var noGradient = no_grad();
            using var running = new RunningBatch<RunningRow>(_model, TimeProvider.System);
            var sums = default(MetricSums);
            var examples = new List<ExampleResult>(dataset.ExampleCount);
            foreach (var batch in new PuzzleLoader(dataset, _batchSize, _model.Device).InOrder())
            {
                using (batch)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    sums += EvaluateBatch(running, batch, examples, Math.Min(_batchSize, dataset.ExampleCount - examples.Count), predicted);
                    progress?.Report(examples.Count);
                }
            }

            return new EvaluationResult(sums.Average(sums.Count), examples);
        }
        finally
        {
            _model.train(wasTraining);
        }
    }

    private MetricSums EvaluateBatch(
        RunningBatch<RunningRow> running,
        PuzzleBatch batch,
        List<ExampleResult> examples,
        int count,
        Action<ExamplePrediction>? predicted)
    {
        using var scope = NewDisposeScope();
        var rows = Run(running, batch, count);
        var labels = batch.Labels!.narrow(0, 0, count); // [count, seq_len]
        var logits = stack(rows.Select(row => row.Logits!)); // [count, seq_len, V]
        var segments = tensor(Values(rows, row => row.Segments), ScalarType.Int32, _model.Device); // [count]
        var qHalt = tensor(Values(rows, row => row.QHalt), ScalarType.Float32, _model.Device); // [count]
        var qContinue = tensor(Values(rows, row => row.QContinue), ScalarType.Float32, _model.Device); // [count]
        var loss = _loss.Compute(logits, qHalt, qContinue, labels, segments, ones_like(segments, ScalarType.Bool), continueTarget: null);
        var isRight = RowOutcome.Of(logits, labels).IsRight.cpu().data<bool>().ToArray(); // [count]
        for (var row = 0; row < count; row++)
        {
            var result = new ExampleResult(isRight[row], rows[row].Segments, rows[row].QHalt);
            examples.Add(result);
            predicted?.Invoke(new ExamplePrediction(examples.Count - 1, rows[row].PuzzleId, rows[row].Tokens, rows[row].Answer.ToArray(), result));
        }

        return MetricSums.Read(loss.Metrics);
    }

    /// <summary>Runs segments until every row has stopped; those that have are not computed any more.</summary>
    private RunningRow[] Run(RunningBatch<RunningRow> running, PuzzleBatch batch, int count)
    {
        var rows = EvaluationRows.Add(running, batch, count, _model.Config, (tokens, puzzleId) => new RunningRow(tokens, puzzleId, _maxSegments, _halting) { KeepsLogits = true });
        while (running.Rows.Count > 0)
        {
            running.RunSegment();
        }

        return rows;
    }

    private static T[] Values<T>(RunningRow[] rows, Func<RunningRow, T> value) => [.. rows.Select(value)];
}
