using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers.Kernels;

/// <summary><see cref="RmsNorm"/> over the tokens: of a state, [B, S, D], plus the result of a token mixer, [S, B, D], for each channel.</summary>
/// <remarks>
/// The sum is rounded to the dtype, then normalised in float32 and rounded once. Channels lie side by side, so vectors have no rest at
/// the usual widths, whatever S is.
/// </remarks>
internal static unsafe class FusedTokenNorm
{
    private const int Lanes = VectorMath.Lanes;

    /// <summary>Normalises the sum over S.</summary>
    /// <param name="mixed">[S, B, D], one for which <see cref="FastPath.Applies"/>; not changed.</param>
    /// <param name="state">[B, S, D], like <paramref name="mixed"/>; not changed.</param>
    /// <param name="epsilon">ε.</param>
    /// <returns>[B, S, D].</returns>
    public static Tensor Apply(Tensor mixed, Tensor state, double epsilon)
        => FastPath.Records(mixed, state) ? TokenNormFunction.apply(mixed, state, epsilon) : Forward(mixed, state, sum: null, scale: null, epsilon);

    private static Tensor Forward(Tensor mixed, Tensor state, Tensor? sum, Tensor? scale, double epsilon)
        => state.dtype == ScalarType.Float32
            ? Forward<StoredSingle>(mixed, state, sum, scale, (float)epsilon)
            : Forward<StoredBFloat16>(mixed, state, sum, scale, (float)epsilon);

    /// <summary>The forward pass, not recorded.</summary>
    /// <param name="mixed">[S, B, D].</param>
    /// <param name="state">[B, S, D].</param>
    /// <param name="sum">Takes the sum, [B, S, D]; or null.</param>
    /// <param name="scale">Takes 1 / √(mean square + ε), [B, 1, D], float32; or null.</param>
    /// <param name="epsilon">ε.</param>
    /// <returns>[B, S, D].</returns>
    private static Tensor Forward<T>(Tensor mixed, Tensor state, Tensor? sum, Tensor? scale, float epsilon)
        where T : unmanaged, IStored<T>
    {
        var (batch, tokens, width) = (state.size(0), state.size(1), state.size(2));
        var addends = FastPath.AddressOf<T>(mixed);
        var states = FastPath.AddressOf<T>(state);
        var target = empty_like(state); // [B, S, D]
        var results = FastPath.AddressOf<T>(target);
        var sums = sum is null ? results : FastPath.AddressOf<T>(sum);
        var scales = scale is null ? null : FastPath.AddressOf<float>(scale);
        KernelThreads.Run(batch, 3 * tokens * width, (begin, end) =>
        {
            var pooled = ArrayPool<float>.Shared.Rent(checked((int)width));
            fixed (float* scratch = pooled)
            {
                for (var row = begin; row < end; row++)
                {
                    var factors = scales is null ? scratch : scales + (row * width);
                    new Span<float>(factors, (int)width).Clear();
                    for (var token = 0L; token < tokens; token++)
                    {
                        var offset = ((row * tokens) + token) * width;
                        Add(addends + (((token * batch) + row) * width), states + offset, sums + offset, factors, width);
                    }

                    for (var i = 0L; i < width; i++)
                    {
                        factors[i] = 1 / MathF.Sqrt((factors[i] / tokens) + epsilon);
                    }

                    for (var token = 0L; token < tokens; token++)
                    {
                        var offset = ((row * tokens) + token) * width;
                        Multiply(sums + offset, factors, results + offset, width);
                    }
                }
            }

            ArrayPool<float>.Shared.Return(pooled);
        });
        GC.KeepAlive((mixed, state, sum, target, scale));
        return target;
    }

    /// <summary>The gradient of the sum, <c>r · (g - x · r² · mean(g · x))</c>, for both operands in their own layouts.</summary>
    /// <param name="gradient">g, [B, S, D], contiguous.</param>
    /// <param name="sum">x, [B, S, D].</param>
    /// <param name="scale">r, [B, 1, D], float32.</param>
    private static (Tensor OfMixed, Tensor OfState) Backward<T>(Tensor gradient, Tensor sum, Tensor scale)
        where T : unmanaged, IStored<T>
    {
        var (batch, tokens, width) = (sum.size(0), sum.size(1), sum.size(2));
        var (ofMixed, ofState) = (empty(tokens, batch, width, T.Dtype), empty_like(gradient)); // [S, B, D], [B, S, D]
        var gradients = FastPath.AddressOf<T>(gradient);
        var sums = FastPath.AddressOf<T>(sum);
        var scales = FastPath.AddressOf<float>(scale);
        var mixed = FastPath.AddressOf<T>(ofMixed);
        var states = FastPath.AddressOf<T>(ofState);
        KernelThreads.Run(batch, 4 * tokens * width, (begin, end) =>
        {
            var pooled = ArrayPool<float>.Shared.Rent(checked((int)width));
            fixed (float* shares = pooled)
            {
                for (var row = begin; row < end; row++)
                {
                    var factors = scales + (row * width);
                    new Span<float>(shares, (int)width).Clear();
                    for (var token = 0L; token < tokens; token++)
                    {
                        var offset = ((row * tokens) + token) * width;
                        AddProduct(gradients + offset, sums + offset, shares, width);
                    }

                    for (var i = 0L; i < width; i++)
                    {
                        shares[i] *= factors[i] * factors[i] / tokens;
                    }

                    for (var token = 0L; token < tokens; token++)
                    {
                        var offset = ((row * tokens) + token) * width;
                        Combine(gradients + offset, sums + offset, shares, factors, states + offset, mixed + (((token * batch) + row) * width), width);
                    }
                }
            }

            ArrayPool<float>.Shared.Return(pooled);
        });
        GC.KeepAlive((gradient, sum, scale, ofMixed, ofState));
        return (ofMixed, ofState);
    }

    /// <summary>Writes the sum, and adds the squares of what was written.</summary>
    [MethodImpl(KernelThreads.Optimized)]
    private static void Add<T>(T* first, T* second, T* sum, float* squares, long width)
        where T : unmanaged, IStored<T>
    {
        var i = 0L;
        for (; i <= width - Lanes; i += Lanes)
        {
            T.Store(T.Load(first + i) + T.Load(second + i), sum + i);
            var rounded = T.Load(sum + i);
            Vector512.FusedMultiplyAdd(rounded, rounded, Vector512.Load(squares + i)).Store(squares + i);
        }

        for (; i < width; i++)
        {
            T.StoreOne(T.LoadOne(first + i) + T.LoadOne(second + i), sum + i);
            var rounded = T.LoadOne(sum + i);
            squares[i] += rounded * rounded;
        }
    }

    [MethodImpl(KernelThreads.Optimized)]
    private static void Multiply<T>(T* values, float* factors, T* target, long width)
        where T : unmanaged, IStored<T>
    {
        var i = 0L;
        for (; i <= width - Lanes; i += Lanes)
        {
            T.Store(T.Load(values + i) * Vector512.Load(factors + i), target + i);
        }

        for (; i < width; i++)
        {
            T.StoreOne(T.LoadOne(values + i) * factors[i], target + i);
        }
    }

    [MethodImpl(KernelThreads.Optimized)]
    private static void AddProduct<T>(T* first, T* second, float* sums, long width)
        where T : unmanaged, IStored<T>
    {
        var i = 0L;
        for (; i <= width - Lanes; i += Lanes)
        {
            Vector512.FusedMultiplyAdd(T.Load(first + i), T.Load(second + i), Vector512.Load(sums + i)).Store(sums + i);
        }

        for (; i < width; i++)
        {
            sums[i] += T.LoadOne(first + i) * T.LoadOne(second + i);
        }
    }

    [MethodImpl(KernelThreads.Optimized)]
    private static void Combine<T>(T* gradient, T* sum, float* shares, float* factors, T* first, T* second, long width)
        where T : unmanaged, IStored<T>
    {
        var i = 0L;
        for (; i <= width - Lanes; i += Lanes)
        {
            var result = (T.Load(gradient + i) - (T.Load(sum + i) * Vector512.Load(shares + i))) * Vector512.Load(factors + i);
            T.Store(result, first + i);
            T.Store(result, second + i);
        }

        for (; i < width; i++)
        {
            var result = (T.LoadOne(gradient + i) - (T.LoadOne(sum + i) * shares[i])) * factors[i];
            T.StoreOne(result, first + i);
            T.StoreOne(result, second + i);
        }
    }

    /// <summary>The norm as a node of the graph; it saves the sum and the scale, and for second derivatives the operands.</summary>
    private sealed class TokenNormFunction : autograd.SingleTensorFunction<TokenNormFunction>
    {
        private const string Epsilon = "epsilon";

        public override string Name => nameof(TokenNormFunction);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (mixed, state, epsilon) = ((Tensor)vars[0], (Tensor)vars[1], (double)vars[2]);
            var (sum, scale) = (empty_like(state), empty(state.size(0), 1, state.size(2), ScalarType.Float32, CPU)); // [B, S, D], [B, 1, D]
            var target = Forward(mixed, state, sum, scale, epsilon); // [B, S, D]
            ctx.set_materialize_grads(false);
            ctx.save_data(Epsilon, epsilon);
            ctx.save_for_backward([sum, scale, mixed, state]);
            return target;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
            => BackwardMemory.Run(inputs: 3, () =>
            {
                using var scope = NewDisposeScope();
                using var outer = grad_output; // [B, S, D]
                var saved = ctx.get_saved_variables();
                var (sum, scale) = (saved[0], saved[1]); // [B, S, D], [B, 1, D]
                var (ofMixed, ofState) = is_grad_enabled() ? Differentiable(outer, saved[2], saved[3], (double)ctx.get_data(Epsilon))
                    : outer.dtype == ScalarType.Float32 ? Backward<StoredSingle>(outer.contiguous(), sum, scale)
                    : Backward<StoredBFloat16>(outer.contiguous(), sum, scale);
                return [ofMixed.MoveToOuterDisposeScope(), ofState.MoveToOuterDisposeScope(), null];
            });

        /// <summary>The gradients by plain operations, so that they can be differentiated again.</summary>
        private static (Tensor OfMixed, Tensor OfState) Differentiable(Tensor outer, Tensor mixed, Tensor state, double epsilon)
        {
            var result = FusedRmsNorm.Differentiable(outer, mixed.transpose(0, 1).Plus(state), epsilon, axis: 1); // [B, S, D]
            return (result.transpose(0, 1), result);
        }
    }
}
