namespace Hrm.Training;

/// <summary>Measures a model on a dataset.</summary>
/// <remarks>
/// Each example starts with a new carry and runs until it stops; its row is not computed afterwards. Without a policy this is the
/// paper's evaluation, exactly M segments. Only one batch is kept: memory does not grow with the dataset.
/// </remarks>
public sealed class Evaluator
{
    private readonly HrmModel _model;
    private readonly int _maxSegments;
    private readonly IHaltingPolicy? _halting;
    private readonly HrmLoss _loss;
    private readonly int _batchSize;

    /// <summary>Creates the evaluator.</summary>
    /// <param name="model">The model; the caller owns it.</param>
    /// <param name="maxSegments">M, the largest number of segments of an example.</param>
    /// <param name="halting">Stops an example earlier; <see langword="null"/> runs every example for M segments.</param>
    /// <param name="loss">The reported loss of tokens; without one, <see cref="MetricAverages.TokenLoss"/> is NaN. No other metric depends on it.</param>
    /// <param name="batchSize">B.</param>
    /// <exception cref="ArgumentOutOfRangeException">M or B is not positive.</exception>
    public Evaluator(HrmModel model, int maxSegments, IHaltingPolicy? halting = null, HrmLoss? loss = null, int batchSize = 256)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSegments);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        _model = model;
        _maxSegments = maxSegments;
        _halting = halting;
        _loss = loss ?? new HrmLoss(new UnknownTokenLoss());
        _batchSize = batchSize;
    }

    /// <summary>Evaluates every example, in evaluation mode and without gradient.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="observed">Receives each example when its batch has run, in order, on the calling thread.</param>
    /// <param name="progress">Receives the number of evaluated examples after each batch.</param>
    /// <param name="cancellationToken">Stops before the next segment.</param>
    /// <returns>Metrics over all examples with labels.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ShapeMismatchException">The examples and the model have different lengths; A token, label or id is beyond the model's tables.</exception>
    /// <exception cref="HrmException">The dataset cannot be read.</exception>
    public MetricAverages Evaluate(
        IPuzzleDataset dataset,
        Action<EvaluatedExample>? observed = null,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var sums = default(MetricSums);
        Run(dataset, (rows, labels) => sums += Measure(rows, labels), observed, progress, cancellationToken);
        return sums.Average(sums.Count);
    }

    /// <summary>Runs every example as <see cref="Evaluate"/> does, without losses and metrics.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public void Observe(
        IPuzzleDataset dataset,
        Action<EvaluatedExample> observed,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observed);
        Run(dataset, measure: null, observed, progress, cancellationToken);
    }

    /// <summary>Runs every batch in evaluation mode and without gradient, measures it, and reports each example. Logits are kept only for a measure.</summary>
    private void Run(
        IPuzzleDataset dataset,
        Action<EvaluatedRow[], Tensor>? measure,
        Action<EvaluatedExample>? observed,
        IProgress<int>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        BatchReader.RequireIds(dataset, _model.Config);
        using var running = new RunningBatch<EvaluatedRow>(new TorchModel(_model), TimeProvider.System);
        var wasTraining = _model.training;
        _model.eval();
        try
        {
            using var noGradient = no_grad();
            var done = 0;
            foreach (var (batch, count) in new BatchReader(dataset, _batchSize, _model.Device).InOrder())
            {
                using var scope = NewDisposeScope();
                var rows = Run(running, batch, count, measure is not null, cancellationToken);
                measure?.Invoke(rows, batch.Labels!.narrow(0, 0, count));
                for (var row = 0; observed is not null && row < count; row++)
                {
                    observed(rows[row].ToExample(done + row));
                }

                done += count;
                progress?.Report(done);
            }
        }
        finally
        {
            _model.train(wasTraining);
        }
    }

    /// <summary>Runs segments until the policy has stopped every example.</summary>
    private EvaluatedRow[] Run(RunningBatch<EvaluatedRow> running, PuzzleBatch batch, int count, bool keepsLogits, CancellationToken cancellationToken)
    {
        var length = _model.Config.SequenceLength;
        ShapeGuard.Require(batch.Inputs, "inputs", "B", length);
        batch.Limits.RequireWithin(_model.Config);
        var inputs = batch.Inputs.cpu().data<int>().ToArray(); // [B, seq_len]
        var labels = batch.Labels!.cpu().data<int>().ToArray(); // [B, seq_len]
        var puzzleIds = batch.PuzzleIds.cpu().data<int>().ToArray(); // [B]
        var rows = new EvaluatedRow[count];
        for (var row = 0; row < count; row++)
        {
            var tokens = (row * length)..((row + 1) * length);
            rows[row] = new EvaluatedRow(inputs[tokens], puzzleIds[row], labels[tokens], _maxSegments, _halting) { KeepsLogits = keepsLogits };
            running.Add(rows[row]);
        }

        while (running.Rows.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var row in running.RunSegment())
            {
                row.AddSegment();
            }
        }

        return rows;
    }

    private MetricSums Measure(EvaluatedRow[] rows, Tensor labels)
    {
        var config = _model.Config;
        var values = tensor(rows.SelectMany(row => row.Logits!).ToArray(), rows.Length, config.SequenceLength, config.VocabularySize, device: _model.Device);
        var logits = values.to_type(config.ForwardDtype); // [count, seq_len, V]
        var segments = tensor(Values(row => row.Segments), ScalarType.Int32, _model.Device); // [count]
        var qHalt = tensor(Values(row => row.QHalt), ScalarType.Float32, _model.Device); // [count]
        var qContinue = tensor(Values(row => row.QContinue), ScalarType.Float32, _model.Device); // [count]
        var halted = ones_like(segments, ScalarType.Bool); // [count]
        return MetricSums.Read(_loss.Compute(logits, qHalt, qContinue, labels, segments, halted, continueTarget: null).Metrics);

        T[] Values<T>(Func<EvaluatedRow, T> value) => [.. rows.Select(value)];
    }

    /// <summary>A row that compares each prediction with the labels and with the one before.</summary>
    private sealed class EvaluatedRow(int[] tokens, int puzzleId, int[] labels, int maxSegments, IHaltingPolicy? halting) : RunningRow(tokens, puzzleId, maxSegments, halting)
    {
        private readonly List<SegmentResult> _results = [];
        private int[]? _before;

        public void AddSegment()
        {
            var (wrong, changed, restored) = (0, 0, 0);
            for (var token = 0; token < labels.Length; token++)
            {
                var label = labels[token];
                if (label == PuzzleBatch.IgnoredLabel)
                {
                    continue;
                }

                var answer = Answer[token];
                var before = _before?[token] ?? answer;
                wrong += answer != label ? 1 : 0;
                changed += answer != before ? 1 : 0;
                restored += answer == label && before != label ? 1 : 0;
            }

            _results.Add(new SegmentResult(Segments, wrong, changed, restored, QHalt, QContinue, UnchangedSegments));
            _before = Answer.ToArray();
        }

        public EvaluatedExample ToExample(int index)
            => new(index, PuzzleId, Tokens, _before!, labels.Count(label => label != PuzzleBatch.IgnoredLabel), _results);
    }
}
