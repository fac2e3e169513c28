using System.Runtime.Intrinsics;
using Hrm.Layers.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed unsafe class StoredValueTests
{
    /// <summary>Lower halves around the points at which rounding changes: exact, just above, the tie and its neighbours, the largest.</summary>
    private static readonly uint[] LowerHalves = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff];

    [Fact]
    public void Bfloat16_rounds_as_libtorch_does()
    {
        using var scope = NewDisposeScope();
        var values = new float[LowerHalves.Length << 16];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle(((uint)(i & 0xffff) << 16) | LowerHalves[i >> 16]);
        }

        var expected = tensor(values).to_type(ScalarType.BFloat16).to_type(ScalarType.Float32).data<float>().ToArray();

        var stored = new ushort[values.Length];
        var read = new float[values.Length];
        var storedOne = new ushort[values.Length];
        var readOne = new float[values.Length];
        fixed (float* source = values, readTarget = read)
        fixed (ushort* target = stored, targetOne = storedOne)
        {
            for (var i = 0; i < values.Length; i += 16)
            {
                var vector = Vector512.Load(source + i);
                StoredBFloat16.Store(vector, (StoredBFloat16*)target + i);
                StoredBFloat16.Load((StoredBFloat16*)target + i).Store(readTarget + i);
            }

            for (var i = 0; i < values.Length; i++)
            {
                StoredBFloat16.StoreOne(source[i], (StoredBFloat16*)targetOne + i);
                readOne[i] = StoredBFloat16.LoadOne((StoredBFloat16*)targetOne + i);
            }
        }

        // Every NaN equals every other, because libtorch writes another payload.
        read.Should().Equal(expected, (a, b) => a.Equals(b) && (float.IsNaN(a) || float.IsNegative(a) == float.IsNegative(b)));
        stored.Should().Equal(storedOne);
        readOne.Should().Equal(read, (a, b) => a.Equals(b));
    }

    [Fact]
    public void Memory_of_a_view_begins_at_its_first_value()
    {
        using var scope = NewDisposeScope();
        var view = arange(6, ScalarType.Float32).view(3, 2).narrow(0, 1, 2);
        (*FastPath.AddressOf<float>(view)).Should().Be(2);
    }
}
