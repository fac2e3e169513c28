using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Kernels;

/// <summary>The gate of <see cref="SwiGlu"/>, silu(gate) · up, in one pass forward and one backward.</summary>
/// <remarks>
/// Values are computed in float32 and rounded once. Measured against libtorch's operations at 1,296 rows, I 1536, and 5,184 rows,
/// I 512, one thread: forward 1.6 to 1.9 times as fast, backward 2.1 to 2.8 times, in float32 and bfloat16.
/// </remarks>
internal static unsafe class FusedGate
{
    /// <summary>Whether the kernels can take this operand.</summary>
    public static bool Applies(Tensor gateUp) => FastPath.Applies(gateUp) && gateUp.dim() > 0 && gateUp.size(-1) % 2 == 0;

    /// <summary>The gate of [gate | up].</summary>
    /// <param name="gateUp">[…, 2I], one that <see cref="Applies"/>; not changed.</param>
    /// <returns>[…, I].</returns>
    public static Tensor Apply(Tensor gateUp)
        => FastPath.Records(gateUp) ? GateFunction.apply(gateUp) : Forward(gateUp);

    private static Tensor Forward(Tensor gateUp)
        => gateUp.dtype == ScalarType.Float32 ? Forward<StoredSingle>(gateUp) : Forward<StoredBFloat16>(gateUp);

    private static Tensor Forward<T>(Tensor gateUp)
        where T : unmanaged, IStored<T>
    {
        var shape = gateUp.shape;
        var width = shape[^1] /= 2;
        var target = empty(shape, gateUp.dtype, CPU); // […, I]
        var source = FastPath.AddressOf<T>(gateUp);
        var result = FastPath.AddressOf<T>(target);
        KernelThreads.Run(target.numel() / width, 2 * width, (begin, end) =>
        {
            for (var row = begin; row < end; row++)
            {
                ForwardRow(source + (2 * row * width), result + (row * width), width);
            }
        });
        GC.KeepAlive((gateUp, target));
        return target;
    }

    /// <summary>The gradient of [gate | up], […, 2I], from that of the result, […, I], contiguous.</summary>
    private static Tensor Backward<T>(Tensor gateUp, Tensor gradient)
        where T : unmanaged, IStored<T>
    {
        var target = empty_like(gateUp); // […, 2I]
        var width = gateUp.size(-1) / 2;
        var source = FastPath.AddressOf<T>(gateUp);
        var slope = FastPath.AddressOf<T>(gradient);
        var result = FastPath.AddressOf<T>(target);
        KernelThreads.Run(gradient.numel() / width, 4 * width, (begin, end) =>
        {
            for (var row = begin; row < end; row++)
            {
                BackwardRow(source + (2 * row * width), slope + (row * width), result + (2 * row * width), width);
            }
        });
        GC.KeepAlive((gateUp, gradient, target));
        return target;
    }

    private static void ForwardRow<T>(T* gate, T* target, long width)
        where T : unmanaged, IStored<T>
    {
        var up = gate + width;
        var i = 0L;
        for (; i <= width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            T.Store(Compute(T.Load(gate + i), T.Load(up + i)), target + i);
        }

        var rest = (int)(width - i);
        if (rest > 0)
        {
            VectorMath.StoreTail(Compute(VectorMath.LoadTail(gate + i, rest), VectorMath.LoadTail(up + i, rest)), target + i, rest);
        }
    }

    private static void BackwardRow<T>(T* gate, T* gradient, T* target, long width)
        where T : unmanaged, IStored<T>
    {
        var i = 0L;
        for (; i <= width - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var (ofGate, ofUp) = Compute(T.Load(gate + i), T.Load(gate + width + i), T.Load(gradient + i));
            T.Store(ofGate, target + i);
            T.Store(ofUp, target + width + i);
        }

        var rest = (int)(width - i);
        if (rest > 0)
        {
            var (ofGate, ofUp) = Compute(
                VectorMath.LoadTail(gate + i, rest), VectorMath.LoadTail(gate + width + i, rest), VectorMath.LoadTail(gradient + i, rest));
            VectorMath.StoreTail(ofGate, target + i, rest);
            VectorMath.StoreTail(ofUp, target + width + i, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Compute(Vector512<float> gate, Vector512<float> up)
        => gate * VectorMath.Sigmoid(gate) * up;

    /// <summary>With σ = 1 / (1 + e^-gate): dup = d · gate · σ, dgate = d · up · σ · (1 + gate · (1 - σ)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Gate, Vector512<float> Up) Compute(Vector512<float> gate, Vector512<float> up, Vector512<float> gradient)
    {
        var sigmoid = VectorMath.Sigmoid(gate);
        var slope = sigmoid * (Vector512<float>.One + (gate * (Vector512<float>.One - sigmoid)));
        return (gradient * up * slope, gradient * (gate * sigmoid));
    }

    /// <summary>The gate as a node of the graph; it saves only the operand.</summary>
    private sealed class GateFunction : autograd.SingleTensorFunction<GateFunction>
    {
        public override string Name => nameof(GateFunction);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var gateUp = (Tensor)vars[0];
            ctx.save_for_backward([gateUp]);
            ctx.set_materialize_grads(false);
            return Forward(gateUp);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
            => BackwardMemory.Run(inputs: 1, () =>
            {
                using var scope = NewDisposeScope();
                using var outer = grad_output;
                var gateUp = ctx.get_saved_variables()[0];
                var gradient = is_grad_enabled() ? Differentiable(gateUp, outer)
                    : gateUp.dtype == ScalarType.Float32 ? Backward<StoredSingle>(gateUp, outer.contiguous())
                    : Backward<StoredBFloat16>(gateUp, outer.contiguous());
                return [gradient.MoveToOuterDisposeScope()];
            });

        /// <summary>The gradient by plain operations, so that it can be differentiated again.</summary>
        private static Tensor Differentiable(Tensor gateUp, Tensor gradient)
        {
            var halves = gateUp.chunk(2, -1);
            var (gate, up) = (halves[0], halves[1]);
            var sigmoid = gate.sigmoid();
            var silu = gate * sigmoid;
            return cat([gradient * up * sigmoid.Plus(silu * HeldScalars.One.Minus(sigmoid)), gradient * silu], -1);
        }
    }
}
