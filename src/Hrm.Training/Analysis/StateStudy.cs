using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>What the states of a model's modules do while it thinks: how far each update moves them, and how many directions they use.</summary>
/// <remarks>
/// <para>
/// It listens to <see cref="HierarchicalConvergence.Updated"/>, so it works on any model: with modules of one's own, with one module in both
/// places, trained or not. Nothing is kept of an example: memory does not grow with the dataset.
/// </para>
/// <para>Source: arXiv 2506.21734, figures 3 and 8.</para>
/// </remarks>
public sealed class StateStudy : IDisposable
{
    private StateStudy(int examples, IReadOnlyList<UpdateResidual> residuals, StateCovariance high, StateCovariance low)
    {
        Examples = examples;
        Residuals = residuals;
        High = high;
        Low = low;
    }

    /// <summary>The number of examples.</summary>
    public int Examples { get; }

    /// <summary>How far each update moves its state, in order: segments · N · (T + 1) values.</summary>
    public IReadOnlyList<UpdateResidual> Residuals { get; }

    /// <summary>The covariance of zH: a state is that of one token after one update, D values.</summary>
    public StateCovariance High { get; }

    /// <summary>The covariance of zL: a state is that of one token after one update, D values.</summary>
    public StateCovariance Low { get; }

    /// <summary>Lets a model think about every example of a dataset, in evaluation mode, and watches.</summary>
    /// <param name="model">The model; who listens to its updates is told of nothing meanwhile.</param>
    /// <param name="dataset">The examples.</param>
    /// <param name="segments">The number of segments that every example runs.</param>
    /// <param name="batchSize">B.</param>
    /// <param name="progress">Told the number of examples done after each batch.</param>
    /// <param name="cancellationToken">Stops before the next segment.</param>
    /// <returns>A study that the caller owns.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ShapeMismatchException">The puzzles have another length than the model's.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is beyond the model's tables.</exception>
    /// <exception cref="HrmException">The dataset cannot be read.</exception>
    public static StateStudy Run(
        HrmModel model,
        IPuzzleDataset dataset,
        int segments,
        int batchSize = 64,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (high, low) = (new StateCovariance(model.Config.HiddenSize), new StateCovariance(model.Config.HiddenSize));
        var listener = model.Recurrence.Updated;
        try
        {
            var residuals = new ResidualSums(model.Recurrence, segments);
            model.Recurrence.Updated = update =>
            {
                (update.IsHigh ? high : low).Add(update.After);
                residuals.Add(update);
            };
            var examples = 0;
            new SegmentEvaluator(model, segments, batchSize).Run(dataset, _ => examples++, progress, cancellationToken);
            return new StateStudy(examples, residuals.Averages(examples), high, low);
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
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        High.Dispose();
        Low.Dispose();
    }

    /// <summary>Sums of the residuals of each update. Every batch makes the same updates in the same order.</summary>
    private sealed class ResidualSums
    {
        private readonly int _updatesOfSegment;
        private readonly UpdateResidual[] _sums;
        private int _next;

        public ResidualSums(HierarchicalConvergence recurrence, int segments)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(segments);
            _updatesOfSegment = recurrence.HighCycles * (recurrence.LowCycles + 1);
            _sums = new UpdateResidual[segments * _updatesOfSegment];
        }

        public void Add(RecurrenceUpdate update)
        {
            using var scope = NewDisposeScope();
            var (moved, relative) = StateChange.Of(update.Before, update.After); // [B] each
            var sum = _sums[_next];
            _sums[_next] = new UpdateResidual(
                (_next / _updatesOfSegment) + 1,
                update.Cycle,
                update.Step,
                update.IsHigh,
                sum.Mean + moved.sum(ScalarType.Float64).item<double>(),
                sum.Relative + relative.sum(ScalarType.Float64).item<double>());
            _next = (_next + 1) % _sums.Length;
        }

        public IReadOnlyList<UpdateResidual> Averages(int examples)
            => [.. _sums.Select(sum => sum with { Mean = sum.Mean / examples, Relative = sum.Relative / examples })];
    }
}
