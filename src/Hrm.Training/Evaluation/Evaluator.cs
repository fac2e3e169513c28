using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>Measures a model on a dataset.</summary>
/// <remarks>
/// Each batch starts with a fresh carry and runs until the policy has stopped every row; a row's answer is the one of the
/// segment that it stopped at. With <see cref="FixedHalting"/> this is the paper's evaluation: exactly M segments.
/// </remarks>
public sealed class Evaluator
{
    private readonly HrmModel _model;
    private readonly HrmLoss _loss;
    private readonly IHaltingPolicy _halting;
    private readonly int _batchSize;

    /// <summary>Creates the evaluator.</summary>
    /// <param name="model">The model; stays the caller's.</param>
    /// <param name="loss">The loss to report.</param>
    /// <param name="halting">When a row stops; an <see cref="AdaptiveHalting"/> is put into evaluation mode, where it explores nothing.</param>
    /// <param name="batchSize">B.</param>
    public Evaluator(HrmModel model, HrmLoss loss, IHaltingPolicy halting, int batchSize = 256)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(halting);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        _model = model;
        _loss = loss;
        _halting = halting;
        _batchSize = batchSize;
        (halting as AdaptiveHalting)?.eval();
    }

    /// <summary>Evaluates every example.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="progress">Told the number of examples done after each batch.</param>
    /// <param name="cancellationToken">Stops before the next batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationResult Evaluate(IPuzzleDataset dataset, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
        => Evaluate(dataset, null, progress, cancellationToken);

    /// <summary>Evaluates every example, and hands on what the model answered.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="predicted">Takes the answers, in the order of the examples, on the calling thread: a checker, a vote.</param>
    /// <param name="progress">Told the number of examples done after each batch.</param>
    /// <param name="cancellationToken">Stops before the next batch.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public EvaluationResult Evaluate(
        IPuzzleDataset dataset,
        Action<ExamplePrediction>? predicted,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var wasTraining = _model.training;
        _model.eval();
        try
        {
            using var noGradient = no_grad();
            var sums = default(MetricSums);
            var examples = new List<ExampleResult>(dataset.ExampleCount);
            foreach (var batch in new PuzzleLoader(dataset, _batchSize, _model.Device).InOrder())
            {
                using (batch)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    sums += EvaluateBatch(batch, examples, Math.Min(_batchSize, dataset.ExampleCount - examples.Count), predicted);
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

    private MetricSums EvaluateBatch(PuzzleBatch batch, List<ExampleResult> examples, int rows, Action<ExamplePrediction>? predicted)
    {
        using var scope = NewDisposeScope();
        var (final, segments) = FirstRows(Run(batch, out var allSegments), allSegments, rows);
        var labels = batch.Labels!.narrow(0, 0, rows); // [rows, seq_len]
        var halted = ones_like(segments, ScalarType.Bool); // [B]
        var loss = _loss.Compute(final, labels, segments, halted, continueTarget: null);
        var isRight = RowOutcome.Of(final.Logits, labels).IsRight.cpu().data<bool>().ToArray();
        var counts = segments.cpu().data<int>().ToArray();
        var qHalt = final.QHalt.cpu().data<float>().ToArray();
        for (var row = 0; row < rows; row++)
        {
            examples.Add(new ExampleResult(isRight[row], counts[row], qHalt[row]));
        }

        if (predicted is not null)
        {
            Hand(batch, final, examples, rows, predicted);
        }

        return MetricSums.Read(loss.Metrics);
    }

    private static void Hand(PuzzleBatch batch, HrmOutput final, List<ExampleResult> examples, int rows, Action<ExamplePrediction> predicted)
    {
        var first = examples.Count - rows;
        var length = (int)batch.Inputs.size(1);
        var inputs = batch.Inputs.cpu().data<int>().ToArray(); // [B, seq_len]
        var tokens = final.Logits.argmax(-1).to_type(ScalarType.Int32).cpu().data<int>().ToArray(); // [rows, seq_len]
        var puzzleIds = batch.PuzzleIds.cpu().data<int>().ToArray(); // [B]
        for (var row = 0; row < rows; row++)
        {
            predicted(new ExamplePrediction(
                first + row,
                puzzleIds[row],
                inputs.AsSpan(row * length, length).ToArray(),
                tokens.AsSpan(row * length, length).ToArray(),
                examples[first + row]));
        }
    }

    /// <summary>Runs segments until every row has stopped; each row keeps the output of its last segment.</summary>
    private HrmOutput Run(PuzzleBatch batch, out Tensor segments)
    {
        var halted = zeros([batch.Size], ScalarType.Bool, _model.Device); // [B]
        segments = zeros([batch.Size], ScalarType.Int32, _model.Device); // [B]
        var carry = _model.InitialCarry(batch.Size);
        HrmOutput? kept = null;
        for (var segment = 1; ; segment++)
        {
            using var scope = NewDisposeScope();
            var output = _model.call(carry, batch);
            carry.Dispose();
            carry = output.Carry.DetachFromDisposeScope();
            segments = scope.MoveToOuter(where(halted, segments, segments + 1)); // [B]
            kept = Keep(kept, output, halted, scope);
            halted = scope.MoveToOuter(halted.logical_or(_halting.Decide(new HaltingState(output.QHalt, output.QContinue, segments)))); // [B]
            if (segment == _halting.MaxSegments || halted.all().item<bool>())
            {
                carry.Dispose();
                return kept;
            }
        }
    }

    /// <summary>Without the rows that fill the last batch: they are no examples, and would enter the loss of q_halt.</summary>
    private static (HrmOutput Output, Tensor Segments) FirstRows(HrmOutput output, Tensor segments, int rows) => (
        new HrmOutput(output.Logits.narrow(0, 0, rows), output.QHalt.narrow(0, 0, rows), output.QContinue.narrow(0, 0, rows), output.Carry),
        segments.narrow(0, 0, rows));

    private static HrmOutput Keep(HrmOutput? kept, HrmOutput output, Tensor halted, DisposeScope scope)
    {
        if (kept is null)
        {
            scope.MoveToOuter(output.Logits, output.QHalt, output.QContinue);
            return output;
        }

        return new HrmOutput(
            scope.MoveToOuter(where(halted.view(-1, 1, 1), kept.Logits, output.Logits)), // [B, seq_len, V]
            scope.MoveToOuter(where(halted, kept.QHalt, output.QHalt)), // [B]
            scope.MoveToOuter(where(halted, kept.QContinue, output.QContinue)), // [B]
            output.Carry);
    }
}
