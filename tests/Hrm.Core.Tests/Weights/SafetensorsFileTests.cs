using System.Buffers.Binary;
using System.Text.Json;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Core.Tests.SafetensorsBytes;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_recorded_weights_agrees_with_an_independent_reading()
    {
        var path = RecordedWeights();
        var bytes = System.IO.File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        using var file = SafetensorsFile.Open(path);

        file.Names.Should().HaveCount(23).And.BeEquivalentTo(header.RootElement.EnumerateObject().Select(entry => entry.Name));
        foreach (var expected in header.RootElement.EnumerateObject())
        {
            using var tensor = file.Read(expected.Name);
            var offsets = expected.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32()).ToArray();
            tensor.shape.Should().Equal(expected.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()));
            tensor.dtype.Should().Be(expected.Value.GetProperty("dtype").GetString() == "BF16" ? ScalarType.BFloat16 : ScalarType.Float32);
            tensor.bytes.SequenceEqual(bytes.AsSpan(8 + headerLength + offsets[0], offsets[1] - offsets[0])).Should().BeTrue(expected.Name);
        }
    }

    [Fact]
    public void Open_ignores_metadata_and_lists_names_in_the_order_of_their_data()
    {
        using (var empty = SafetensorsFile.Open(Write(File("{}      "))))
        {
            empty.Names.Should().BeEmpty();
        }

        using var file = SafetensorsFile.Open(Write(File(
            $"{{{Entry("a", "U8", "1", 3, 4)},{Entry("b", "U8", "3", 0, 3)},\"__metadata__\":{{\"k\":\"ü\\n\"}}}}", 4)));

        file.Names.Should().Equal("b", "a");
        file.GetEntry("a").ToString().Should().Be("U8 [1]");
        file.Invoking(it => it.Read("A")).Should().Throw<HrmFormatException>().WithMessage("*among the 2 tensors*").Which.Place.Should().Be("tensor 'A'");
    }

    [Fact]
    public void Read_of_an_unaligned_tensor_returns_its_values()
    {
        var bytes = File($"{{{Entry("a", "U8", "1", 0, 1)},{Entry("b", "F64", "1", 1, 9)}}}", 9);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(bytes.Length - 8), -12.5);
        using var file = SafetensorsFile.Open(Write(bytes));

        using var tensor = file.Read("b");
        using var copied = torch.zeros(1, ScalarType.Float64);
        file.CopyTo("b", copied);

        tensor.item<double>().Should().Be(-12.5);
        copied.item<double>().Should().Be(-12.5);
    }

    [Fact]
    public void Read_tensor_outlives_the_file_and_changes_nothing_in_it()
    {
        var path = Write(File($"{{{Entry("a", "U8", "3", 0, 3)}}}", 3));
        Tensor tensor;
        using (NewDisposeScope())
        {
            using (var file = SafetensorsFile.Open(path))
            {
                tensor = file.Read("a");
            }

            tensor.add_(1);
            tensor.bytes.ToArray().Should().Equal(1, 2, 3);
        }

        tensor.IsInvalid.Should().BeTrue("it belongs to the caller's dispose scope");
        using var again = SafetensorsFile.Open(path);
        using var unchanged = again.Read("a");
        unchanged.bytes.ToArray().Should().Equal(0, 1, 2);
    }

    [Fact]
    public void Read_after_dispose_throws()
    {
        var file = SafetensorsFile.Open(RecordedWeights());
        file.Dispose();

        file.Invoking(it => it.Read(it.Names[0])).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Read_is_safe_from_several_threads()
    {
        using var file = SafetensorsFile.Open(RecordedWeights());
        var expected = file.Names.ToDictionary(name => name, name =>
        {
            using var tensor = file.Read(name);
            return Convert.ToHexString(tensor.bytes);
        });

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var name = file.Names[i % file.Names.Count];
            using var tensor = file.Read(name);
            Convert.ToHexString(tensor.bytes).Should().Be(expected[name]);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CopyTo_a_parameter_records_no_gradient_and_keeps_its_owner(bool contiguous)
    {
        using var file = SafetensorsFile.Open(RecordedWeights());
        var name = file.Names.First(name => file.GetEntry(name) is { Dtype: ScalarType.Float32, Shape.Count: 2 });
        var shape = file.GetEntry(name).Shape;
        using var outer = NewDisposeScope();
        var memory = contiguous ? torch.zeros(shape[0], shape[1]) : torch.zeros(shape[1], shape[0]).t();
        var parameter = memory.requires_grad_();

        file.CopyTo(name, parameter);

        parameter.IsInvalid.Should().BeFalse();
        outer.Contains(parameter).Should().BeTrue();
        parameter.requires_grad.Should().BeTrue();
        parameter.is_leaf.Should().BeTrue();
        parameter.detach().contiguous().bytes.SequenceEqual(file.Read(name).bytes).Should().BeTrue();
    }

    [Theory]
    [InlineData(new long[] { 3, 2 }, ScalarType.Byte, "expected U8 [3, 2], got U8 [2, 3]")]
    [InlineData(new long[] { 6 }, ScalarType.Byte, "expected U8 [6], got U8 [2, 3]")]
    [InlineData(new long[] { 1, 2, 3 }, ScalarType.Byte, "expected U8 [1, 2, 3], got U8 [2, 3]")]
    [InlineData(new long[] { 2, 3 }, ScalarType.Int8, "expected I8 [2, 3], got U8 [2, 3]")]
    [InlineData(new long[] { 2, 3 }, ScalarType.Float32, "expected F32 [2, 3], got U8 [2, 3]")]
    public void CopyTo_tensor_of_another_type_or_shape_is_typed(long[] shape, ScalarType dtype, string expected)
    {
        using var file = SafetensorsFile.Open(Write(File($"{{{Entry("a", "U8", "2,3", 0, 6)}}}", 6)));
        using var destination = torch.ones(shape, dtype);

        file.Invoking(it => it.CopyTo("a", destination)).Should().Throw<HrmFormatException>().WithMessage($"*'a': {expected}");
        destination.sum().ToDouble().Should().Be(shape.Aggregate(1.0, (product, size) => product * size));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(100)]
    public void TensorBytes_visits_every_byte_once_in_order(int maxPieceBytes)
    {
        using var tensor = torch.arange(12, ScalarType.Int64).view(3, 4);
        var seen = new List<byte>();

        TensorBytes.Visit(tensor, (start, bytes) =>
        {
            start.Should().Be(seen.Count);
            bytes.Length.Should().BeLessThanOrEqualTo(maxPieceBytes);
            seen.AddRange(bytes);
        }, maxPieceBytes);

        seen.Should().Equal(tensor.bytes.ToArray());
    }

    private static string RecordedWeights() => RepositoryFolder.Combine("tests", "golden", "models", "rope_bf16", "weights.safetensors");

    private string Write(byte[] bytes)
    {
        var path = _folder["a.safetensors"];
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }
}
