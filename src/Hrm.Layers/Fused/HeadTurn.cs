using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hrm.Layers;

/// <summary>Copies one head of one token, turned by the angles of <see cref="RotaryEmbedding"/> where there are some.</summary>
internal readonly unsafe struct HeadTurn<T>
    where T : unmanaged, IStored<T>
{
    private readonly float* _cos; // [S, H]; null for no turn
    private readonly float* _signedSin; // [S, H]: -sin, sin
    private readonly float _direction;
    private readonly long _headDim;

    /// <summary>Turns forth, or back: the gradient of a turn.</summary>
    public HeadTurn(float* cos, float* signedSin, long headDim, bool isBack)
    {
        _cos = cos;
        _signedSin = signedSin;
        _headDim = headDim;
        _direction = isBack ? -1 : 1;
    }

    /// <summary>Copies one head without a turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Copy(T* source, T* target)
        => Unsafe.CopyBlockUnaligned(target, source, (uint)(_headDim * sizeof(T)));

    /// <summary>Copies one head, turned by the angles of its position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Turn(T* source, T* target, long token)
    {
        if (_cos == null)
        {
            Copy(source, target);
            return;
        }

        var half = _headDim / 2;
        var cos = _cos + (token * _headDim);
        var sin = _signedSin + (token * _headDim) + half;
        var direction = Vector512.Create(_direction);
        long i = 0;
        for (; i <= half - IStored<T>.Lanes; i += IStored<T>.Lanes)
        {
            var (first, second) = (T.Load(source + i), T.Load(source + half + i));
            var (c, s) = (Vector512.Load(cos + i), Vector512.Load(sin + i) * direction);
            T.Store((first * c) - (second * s), target + i);
            T.Store((second * c) + (first * s), target + half + i);
        }

        for (; i < half; i++)
        {
            var (first, second) = (T.LoadOne(source + i), T.LoadOne(source + half + i));
            var (c, s) = (cos[i], sin[i] * _direction);
            T.StoreOne((first * c) - (second * s), target + i);
            T.StoreOne((second * c) + (first * s), target + half + i);
        }
    }
}
