using System.Runtime.InteropServices;
using TorchSharp.Utils;

namespace Hrm.Core;

/// <summary>The recurrence of the paper: N high cycles, each of T updates of the fast low state and one of the slow high state.</summary>
/// <remarks>
/// <para>
/// <c>repeat N: { repeat T: zL = L(zL, zH + x); zH = H(zH, zL) }</c>. Both modules are any <c>(state, injection) → state</c>; one module
/// may serve as both (TRM). Only this class decides which updates record gradients, see <see cref="Core.GradientMode"/>; with
/// <c>torch.no_grad</c> no update records any.
/// </para>
/// <para>Source: arXiv 2506.21734, section 2 and figure 4.</para>
/// </remarks>
public sealed class HierarchicalConvergence : nn.Module<HrmCarry, Tensor, HrmCarry>
{
    private static readonly string[] ShapeErrors = ["dtype", "scalar type", "shape", "dimension"];

    [ComponentName(Name = ModelKeys.HighLevel)]
    private readonly nn.Module<Tensor, Tensor, Tensor> _high;

    [ComponentName(Name = ModelKeys.LowLevel)]
    private readonly nn.Module<Tensor, Tensor, Tensor> _low;

    /// <summary>Creates the recurrence.</summary>
    /// <param name="high">H, the slow module: (zH, zL) → zH, all [B, S, D].</param>
    /// <param name="low">L, the fast module: (zL, zH + x) → zL, all [B, S, D].</param>
    /// <param name="highCycles">N.</param>
    /// <param name="lowCycles">T.</param>
    /// <param name="gradientMode">Which updates record gradients.</param>
    /// <exception cref="ArgumentOutOfRangeException">N or T is not positive.</exception>
    public HierarchicalConvergence(
        nn.Module<Tensor, Tensor, Tensor> high,
        nn.Module<Tensor, Tensor, Tensor> low,
        int highCycles,
        int lowCycles,
        GradientMode gradientMode = GradientMode.OneStep)
        : base(nameof(HierarchicalConvergence))
    {
        ArgumentNullException.ThrowIfNull(high);
        ArgumentNullException.ThrowIfNull(low);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(highCycles);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lowCycles);
        (_high, _low) = (high, low);
        (HighCycles, LowCycles, GradientMode) = (highCycles, lowCycles, gradientMode);
        RegisterComponents();
    }

    /// <summary>H, the slow module.</summary>
    public nn.Module<Tensor, Tensor, Tensor> High => _high;

    /// <summary>L, the fast module.</summary>
    public nn.Module<Tensor, Tensor, Tensor> Low => _low;

    /// <summary>N, the number of high cycles.</summary>
    public int HighCycles { get; }

    /// <summary>T, the number of low updates per high cycle.</summary>
    public int LowCycles { get; }

    /// <summary>Which updates record gradients.</summary>
    public GradientMode GradientMode { get; set; }

    /// <summary>Callback invoked after every update, for analysis and diagnosis. <see langword="null"/> (the default) has no cost.</summary>
    public Action<RecurrenceUpdate>? Updated { get; set; }

    /// <summary>Runs the recurrence once.</summary>
    /// <param name="carry">The initial states, [B, S, D] each; not changed.</param>
    /// <param name="injection">x, the embedded input, [B, S, D].</param>
    /// <returns>The final states, with the graph of the updates that recorded gradients.</returns>
    /// <exception cref="ShapeMismatchException">
    /// States and input differ in shape or dtype, or a module returns another shape or dtype than its state has, or rejects the state.
    /// </exception>
    public override HrmCarry forward(HrmCarry carry, Tensor injection)
    {
        ArgumentNullException.ThrowIfNull(carry);
        ArgumentNullException.ThrowIfNull(injection);
        ShapeGuard.RequireLike(carry.High, "carry.High", injection);
        ShapeGuard.RequireLike(carry.Low, "carry.Low", injection);
        using var scope = NewDisposeScope();
        using var casts = CastScope.Open();
        var (high, low) = (carry.High, carry.Low); // [B, S, D]
        for (var cycle = 0; cycle < HighCycles; cycle++)
        {
            for (var step = 0; step < LowCycles; step++)
            {
                low = Replace(low, carry.Low, UpdateLow(cycle, step, high, low, injection));
            }

            high = Replace(high, carry.High, UpdateHigh(cycle, high, low));
        }

        scope.MoveToOuter(high, low);
        return new HrmCarry(high, low);
    }

    private Tensor UpdateLow(int cycle, int step, Tensor high, Tensor low, Tensor injection)
    {
        using var scope = NewDisposeScope();
        using var gradient = RecordWhen(Records(cycle == HighCycles - 1, isLastStep: step == LowCycles - 1));
        var next = Own(Update("L", _low, low, high.Plus(injection)), low); // [B, S, D]
        Updated?.Invoke(new RecurrenceUpdate(cycle, step, IsHigh: false, low, next));
        return scope.MoveToOuter(next);
    }

    private Tensor UpdateHigh(int cycle, Tensor high, Tensor low)
    {
        using var scope = NewDisposeScope();
        using var gradient = RecordWhen(Records(cycle == HighCycles - 1, isLastStep: true));
        var next = Own(Update("H", _high, high, low), high, low); // [B, S, D]
        Updated?.Invoke(new RecurrenceUpdate(cycle, LowCycles, IsHigh: true, high, next));
        return scope.MoveToOuter(next);
    }

    /// <summary>Calls a module and checks the shape of its result; otherwise a kernel of the next update could read beyond its end.</summary>
    private static Tensor Update(string level, nn.Module<Tensor, Tensor, Tensor> module, Tensor state, Tensor injection)
    {
        try
        {
            if (module is ReasoningModule blocks)
            {
                return blocks.call(state, injection); // [B, S, D]; checks its own result
            }

            var next = module.call(state, injection); // [B, S, D]
            ShapeGuard.RequireLike(next, level, state, module);
            return next;
        }
        catch (ExternalException error) when (IsAboutShapes(FirstLine(error)))
        {
            throw new ShapeMismatchException(
                ShapeGuard.NameOf(level, module),
                $"{ShapeGuard.Describe(state)} from a state and an injection of that shape and dtype",
                $"the error \"{FirstLine(error)}\"",
                error);
        }
    }

    private static bool IsAboutShapes(string message) => ShapeErrors.Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>The message without the native frames below it.</summary>
    private static string FirstLine(ExternalException error) => error.Message.Split('\n', 2)[0].TrimEnd();

    /// <summary>A module may return its argument. The new state needs a tensor of its own, because the old one is freed.</summary>
    private static Tensor Own(Tensor next, params Tensor[] given) => given.Any(tensor => ReferenceEquals(tensor, next)) ? next.alias() : next;

    /// <summary>Frees a replaced state, which a graph may still hold. Otherwise memory would grow with N + T. The caller's carry is kept.</summary>
    private static Tensor Replace(Tensor old, Tensor callers, Tensor next)
    {
        if (!ReferenceEquals(old, callers))
        {
            old.Dispose();
        }

        return next;
    }

    private bool Records(bool isLastCycle, bool isLastStep) => GradientMode switch
    {
        GradientMode.OneStep => isLastCycle && isLastStep,
        GradientMode.LastCycle => isLastCycle,
        GradientMode.FullUnroll => true,
        _ => throw new InvalidOperationException($"GradientMode: expected OneStep, LastCycle or FullUnroll, got {GradientMode}."),
    };

    /// <summary>Records only if the caller has not disabled gradients.</summary>
    private static IDisposable RecordWhen(bool records) => set_grad_enabled(records && is_grad_enabled());
}

/// <summary>Which updates of a segment record gradients.</summary>
public enum GradientMode
{
    /// <summary>The last low and the last high update: the one-step gradient of the paper. Memory O(1) in N·T.</summary>
    OneStep,

    /// <summary>The whole last high cycle (T low updates and one high), as in TRM (arXiv 2510.04871). Memory O(T).</summary>
    LastCycle,

    /// <summary>Every update: back-propagation through time, the paper's baseline. Memory O(N·T).</summary>
    FullUnroll,
}

/// <summary>One update of the recurrence, as passed to <see cref="HierarchicalConvergence.Updated"/>.</summary>
/// <param name="Cycle">The high cycle, from 0.</param>
/// <param name="Step">The low update within the cycle, from 0; T for the high update that ends the cycle.</param>
/// <param name="IsHigh">Whether H was updated; otherwise L.</param>
/// <param name="Before">The state before, [B, S, D]; valid during the call.</param>
/// <param name="After">The state after, [B, S, D]; valid during the call.</param>
public readonly record struct RecurrenceUpdate(int Cycle, int Step, bool IsHigh, Tensor Before, Tensor After);
