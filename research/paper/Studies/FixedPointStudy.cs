using Hrm.Core;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Paper;

/// <summary>The convergence of L when zH is held, and the distance from its fixed point after the model's own updates.</summary>
/// <remarks>
/// <para>
/// Each example runs some segments. Then only L is updated, <c>zₖ = L(zₖ₋₁, zH + x)</c>, starting at the carry's zL. The model itself
/// makes T of these updates before it updates H, and the one-step gradient assumes that L has converged by then:
/// <see cref="FixedPointStep.Distance"/> of update T + 1 is small. The first distance is large if the last update of H moved the fixed point.
/// </para>
/// <para>
/// If <see cref="FixedPointStep.Residual"/> does not fall, the last state is not a fixed point, and the distance is only that from the
/// last state. In bfloat16 a small residual may be rounding. Source: arXiv 2506.21734, section 2, "Approximate gradient".
/// </para>
/// </remarks>
internal static class FixedPointStudy
{
    private const int BatchSize = 64;

    /// <summary>Runs a model on examples that are puzzles of their own, in evaluation mode, and then only its L; averages over the examples.</summary>
    public static FixedPointStep[] Run(HrmModel model, IPuzzleDataset dataset, int segments, int updates, CancellationToken cancellation = default)
    {
        var (residuals, distances) = (new double[updates], new double[updates]);
        using var noGradient = no_grad();
        model.eval();
        for (var first = 0; first < dataset.ExampleCount; first += BatchSize)
        {
            using var scope = NewDisposeScope();
            using var batch = Read(dataset, first, Math.Min(BatchSize, dataset.ExampleCount - first), model.Device);
            var (state, added) = RunSegments(model, batch, segments, cancellation);
            using var start = state; // [B, S, D]
            using var injection = added; // [B, S, D]

            // Twice, because no state is kept: memory does not grow with the number of updates.
            using var last = Iterate((step, before, after) => residuals[step] += StateStudy.Change(before, after).Relative); // [B, S, D]
            Iterate((step, before, _) => distances[step] += StateStudy.Change(last, before).Relative).Dispose();

            Tensor Iterate(Action<int, Tensor, Tensor> updated) => UpdateLow(model.Recurrence.Low, start, injection, updates, updated, cancellation);
        }

        var examples = dataset.ExampleCount;
        return [.. Enumerable.Range(0, updates).Select(step => new FixedPointStep(step + 1, residuals[step] / examples, distances[step] / examples))];
    }

    private static PuzzleBatch Read(IPuzzleDataset dataset, int first, int rows, Device device)
    {
        var length = dataset.SequenceLength;
        var (inputs, labels) = (new int[rows * length], new int[rows * length]);
        for (var row = 0; row < rows; row++)
        {
            dataset.Read(first + row, inputs.AsSpan(row * length, length), labels.AsSpan(row * length, length));
        }

        return PuzzleBatch.Create(inputs, labels, [.. dataset.PuzzleIds.Skip(first).Take(rows)], length, device);
    }

    /// <summary>zL and zH + x after some segments, [B, S, D] each: what the next segment gives to its first update of L. The caller owns them.</summary>
    private static (Tensor State, Tensor Injection) RunSegments(HrmModel model, PuzzleBatch batch, int segments, CancellationToken cancellation)
    {
        var carry = model.InitialCarry(batch.Size);
        for (var segment = 0; segment < segments; segment++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var before = carry;
            carry = model.call(before, batch).Carry;
        }

        (Tensor State, Tensor Injection)? first = null;
        var hook = model.Recurrence.Low.register_forward_pre_hook((_, state, injection) =>
        {
            first ??= (state.clone().DetachFromDisposeScope(), injection.clone().DetachFromDisposeScope());
            return null;
        });
        try
        {
            using (carry)
            {
                model.call(carry, batch).Dispose();
            }
        }
        finally
        {
            hook.remove();
        }

        return first!.Value;
    }

    /// <summary>The state after all updates of L, which the caller owns.</summary>
    private static Tensor UpdateLow(
        nn.Module<Tensor, Tensor, Tensor> low, Tensor start, Tensor injection, int updates, Action<int, Tensor, Tensor> updated, CancellationToken cancellation)
    {
        var state = start.alias(); // [B, S, D]
        for (var step = 0; step < updates; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var before = state;
            using var scope = NewDisposeScope();

            // A module may return its argument, which is about to be freed.
            state = low.call(before, injection).alias(); // [B, S, D]
            updated(step, before, state);
            state.MoveToOuterDisposeScope();
        }

        return state;
    }
}

/// <summary>The change of zL by one update of L while zH is held, averaged over examples; see <see cref="FixedPointStudy"/>.</summary>
/// <param name="Update">k, the update, from 1.</param>
/// <param name="Residual">The mean of ‖zₖ − zₖ₋₁‖ / ‖zₖ₋₁‖; the norms are over all tokens and D.</param>
/// <param name="Distance">The mean of ‖zₖ₋₁ − z‖ / ‖z‖, with z the state after the last update. The first is that of the model's own zL.</param>
internal readonly record struct FixedPointStep(int Update, double Residual, double Distance);
