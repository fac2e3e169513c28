using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Paper;

/// <summary>The states of a model's modules over all updates: the change by each update, and the number of directions in use.</summary>
/// <remarks>
/// It uses <see cref="HierarchicalConvergence.Updated"/>, so it works on any model, with other modules or with one module for both levels.
/// Memory does not grow with the dataset. Source: arXiv 2506.21734, figures 3 and 8.
/// </remarks>
internal sealed class StateStudy : IDisposable
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

    /// <summary>Runs a model on every example, in evaluation mode, and measures its updates; the caller owns the study.</summary>
    public static StateStudy Run(HrmModel model, IPuzzleDataset dataset, int segments, int batchSize = 64, CancellationToken cancellation = default)
    {
        var updatesPerSegment = model.Recurrence.HighCycles * (model.Recurrence.LowCycles + 1);
        var sums = new UpdateResidual[segments * updatesPerSegment];
        var next = 0;
        var (high, low) = (new StateCovariance(model.Config.HiddenSize), new StateCovariance(model.Config.HiddenSize));
        var listener = model.Recurrence.Updated;
        try
        {
            model.Recurrence.Updated = Add;
            new Evaluator(model, segments, batchSize: batchSize).Observe(dataset, _ => { }, cancellationToken: cancellation);
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
            var (distance, relative) = Change(update.Before, update.After);
            var sum = sums[next];
            sums[next] = new UpdateResidual((next / updatesPerSegment) + 1, update.Cycle, update.Step, update.IsHigh, sum.Mean + distance, sum.Relative + relative);
            next = (next + 1) % sums.Length;
        }
    }

    /// <summary>The sums over examples of ‖after − before‖ and ‖after − before‖ / ‖before‖; the norms are over all tokens and D, in float32.</summary>
    public static (double Distance, double Relative) Change(Tensor before, Tensor after)
    {
        using var scope = NewDisposeScope();
        var start = before.to_type(ScalarType.Float32).flatten(1); // [B, S·D]
        var distance = (after.to_type(ScalarType.Float32).flatten(1) - start).norm(1); // [B]
        return (distance.sum(ScalarType.Float64).item<double>(), (distance / start.norm(1)).sum(ScalarType.Float64).item<double>());
    }

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
internal readonly record struct UpdateResidual(int Segment, int Cycle, int Step, bool IsHigh, double Mean, double Relative);
