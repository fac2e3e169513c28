namespace Hrm.Training;

/// <summary>The states of a model's modules over all updates: the change by each update, and the number of directions in use.</summary>
/// <remarks>
/// <para>
/// It uses <see cref="HierarchicalConvergence.Updated"/>, so it works on any model, with other modules or with one module for both levels.
/// Memory does not grow with the dataset.
/// </para>
/// <para>Source: arXiv 2506.21734, figures 3 and 8.</para>
/// </remarks>
public sealed class StateStudy : IDisposable
{
    private StateStudy(IReadOnlyList<UpdateResidual> residuals, StateCovariance high, StateCovariance low)
    {
        Residuals = residuals;
        High = high;
        Low = low;
    }

    /// <summary>The change by each update, in order: segments · N · (T + 1) values.</summary>
    public IReadOnlyList<UpdateResidual> Residuals { get; }

    /// <summary>The covariance of zH: a state is that of one token after one update, D values.</summary>
    public StateCovariance High { get; }

    /// <summary>The covariance of zL: a state is that of one token after one update, D values.</summary>
    public StateCovariance Low { get; }

    /// <summary>
    /// Runs a model on every example of a dataset, in evaluation mode, and measures its updates. The model's
    /// <see cref="HierarchicalConvergence.Updated"/> is replaced during the run.
    /// </summary>
    /// <returns>A study that the caller owns.</returns>
    /// <inheritdoc cref="FixedPointStudy.Run"/>
    public static StateStudy Run(
        HrmModel model,
        IPuzzleDataset dataset,
        int segments,
        int batchSize = 64,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segments);
        var updatesPerSegment = model.Recurrence.HighCycles * (model.Recurrence.LowCycles + 1);
        var sums = new UpdateResidual[segments * updatesPerSegment];
        var next = 0;
        var (high, low) = (new StateCovariance(model.Config.HiddenSize), new StateCovariance(model.Config.HiddenSize));
        var listener = model.Recurrence.Updated;
        try
        {
            model.Recurrence.Updated = Add;
            new Evaluator(model, segments, batchSize: batchSize).Observe(dataset, _ => { }, progress, cancellationToken);
            var examples = dataset.ExampleCount;
            return new StateStudy([.. sums.Select(sum => sum with { Mean = sum.Mean / examples, Relative = sum.Relative / examples })], high, low);
        }
        catch
        {
            high.Dispose();
            low.Dispose();
            throw;
        }
        finally
        {
            model.Recurrence.Updated = listener;
        }

        // Every batch makes the same updates in the same order.
        void Add(RecurrenceUpdate update)
        {
            (update.IsHigh ? high : low).Add(update.After);
            using var scope = NewDisposeScope();
            var (distance, relative) = StateChange.Of(update.Before, update.After); // [B] each
            sums[next] = new UpdateResidual(
                (next / updatesPerSegment) + 1,
                update.Cycle,
                update.Step,
                update.IsHigh,
                sums[next].Mean + distance.sum(ScalarType.Float64).item<double>(),
                sums[next].Relative + relative.sum(ScalarType.Float64).item<double>());
            next = (next + 1) % sums.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        High.Dispose();
        Low.Dispose();
    }
}

/// <summary>The change of a state by one update of the recurrence, averaged over examples.</summary>
/// <param name="Segment">The segment, from 1.</param>
/// <param name="Cycle">The high cycle within it, from 0.</param>
/// <param name="Step">The low update within the cycle, from 0; T for the high update that ends it.</param>
/// <param name="IsHigh">True for an update of H.</param>
/// <param name="Mean">The mean of ‖z' − z‖ over the examples; the norm is over all tokens and D, as in the paper.</param>
/// <param name="Relative">The mean of ‖z' − z‖ / ‖z‖.</param>
public readonly record struct UpdateResidual(int Segment, int Cycle, int Step, bool IsHigh, double Mean, double Relative);
