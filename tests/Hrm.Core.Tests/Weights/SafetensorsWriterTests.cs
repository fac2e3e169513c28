using System.Text;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void Save_round_trip_keeps_every_bit(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var tensor = (torch.arange(35) % 3).view(5, 7).to_type(dtype);
        if (dtype != ScalarType.Bool)
        {
            new StatefulRandom((long)dtype).NextBytes(tensor.bytes);
        }

        Save(("t", tensor), ("scalar", tensor[2, 3]), ("empty", torch.zeros([0, 3], dtype)));

        using var file = SafetensorsFile.Open(_folder["a"]);
        file.Read("t").bytes.SequenceEqual(tensor.bytes).Should().BeTrue();
        file.Read("t").dtype.Should().Be(dtype);
        file.Read("t").shape.Should().Equal(5, 7);
        file.Read("scalar").shape.Should().BeEmpty();
        file.Read("scalar").bytes.SequenceEqual(tensor[2, 3].bytes).Should().BeTrue();
        file.Read("empty").shape.Should().Equal(0, 3);
    }

    [Fact]
    public void Save_writes_the_bytes_of_the_formats_own_writer()
    {
        using var tensor = torch.arange(6, ScalarType.Float32).view(1, 2, 3);

        Save(("attn0", tensor));

        // 63 bytes of JSON, padded to 64.
        const string Header = "{\"attn0\":{\"dtype\":\"F32\",\"shape\":[1,2,3],\"data_offsets\":[0,24]}}";
        var expected = new List<byte> { 64, 0, 0, 0, 0, 0, 0, 0 };
        expected.AddRange(Encoding.UTF8.GetBytes(Header.PadRight(64)));
        expected.AddRange(Enumerable.Range(0, 6).SelectMany(value => BitConverter.GetBytes((float)value)));
        File.ReadAllBytes(_folder["a"]).Should().Equal(expected);
    }

    [Fact]
    public void Save_aligns_tensors_given_in_any_order()
    {
        using var scope = NewDisposeScope();
        var tensors = new (string, Tensor)[]
        {
            ("c", torch.zeros(3, ScalarType.Byte)),
            ("b", torch.zeros(3, ScalarType.BFloat16)),
            ("a", torch.zeros(1, ScalarType.Bool)),
            ("e", torch.zeros(5, ScalarType.Float32)),
            ("d", torch.zeros(1, ScalarType.Int64)),
            ("f", torch.zeros(3, ScalarType.Float32)),
        };

        Save(tensors);
        var bytes = File.ReadAllBytes(_folder["a"]);
        using (var file = SafetensorsFile.Open(_folder["a"]))
        {
            file.Names.Should().Equal("d", "e", "f", "b", "c", "a");
        }

        Array.Reverse(tensors);
        Save(tensors);
        File.ReadAllBytes(_folder["a"]).Should().Equal(bytes);
        (BitConverter.ToInt64(bytes) % 8).Should().Be(0);
    }

    [Fact]
    public void Save_tensor_that_is_not_contiguous_stores_its_elements_in_order()
    {
        using var scope = NewDisposeScope();
        var tensor = torch.arange(12, ScalarType.Int32).view(3, 4);
        var parameter = torch.ones(3, requires_grad: true);

        Save(("parameter", parameter), ("columns", tensor.t()), ("strided", tensor[TensorIndex.Colon, TensorIndex.Slice(0, 4, 2)]), ("row", tensor[1]), ("expanded", tensor[1].expand(2, 4)));

        parameter.requires_grad.Should().BeTrue();
        scope.Contains(parameter).Should().BeTrue();
        using var file = SafetensorsFile.Open(_folder["a"]);
        file.Read("columns").data<int>().ToArray().Should().Equal(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        file.Read("strided").data<int>().ToArray().Should().Equal(0, 2, 4, 6, 8, 10);
        file.Read("row").data<int>().ToArray().Should().Equal(4, 5, 6, 7);
        file.Read("expanded").data<int>().ToArray().Should().Equal(4, 5, 6, 7, 4, 5, 6, 7);
    }

    [Fact]
    public void Save_keeps_unusual_names()
    {
        using var tensor = torch.ones(1);
        var name = "重み.\"0\"/\n😀";

        SafetensorsFile.Save(_folder["a"], new Dictionary<string, Tensor> { [name] = tensor, [""] = tensor });

        using var file = SafetensorsFile.Open(_folder["a"]);
        file.Names.Should().Equal("", name);
    }

    [Fact]
    public void Save_that_fails_is_typed_and_leaves_the_old_file()
    {
        using var tensor = torch.ones(1);
        using var complex = torch.zeros(1, ScalarType.ComplexFloat32);
        var disposed = torch.ones(1);
        disposed.Dispose();
        Save(("t", tensor));
        var old = File.ReadAllBytes(_folder["a"]);

        Saving(("a", tensor), ("a", tensor)).Throw<HrmFormatException>().WithMessage("*'a': expected each name once*");
        Saving(("__metadata__", tensor)).Throw<HrmFormatException>().WithMessage("*'__metadata__'*");
        Saving((new string('n', 2000), tensor)).Throw<HrmFormatException>().WithMessage("*at most 1024 bytes*");
        Saving(("half \ud800", tensor)).Throw<HrmFormatException>().WithMessage("*valid Unicode*");
        Saving(("a", complex)).Throw<HrmFormatException>().WithMessage("*'a': dtype: expected one of I64*got ComplexFloat32");
        Saving(("a", disposed)).Throw<Exception>();

        File.ReadAllBytes(_folder["a"]).Should().Equal(old);
        _folder.FileNames().Should().Equal("a");

        FluentAssertions.Specialized.ActionAssertions Saving(params (string Name, Tensor Tensor)[] tensors)
            => FluentActions.Invoking(() => Save(tensors)).Should();
    }

    [Fact]
    public void Save_follows_a_link()
    {
        using var tensor = torch.ones(1);
        File.CreateSymbolicLink(_folder["a"], "target");

        Save(("t", tensor));

        new FileInfo(_folder["a"]).LinkTarget.Should().Be("target");
        using var file = SafetensorsFile.Open(_folder["target"]);
        file.Names.Should().Equal("t");
    }

    private void Save(params (string Name, Tensor Tensor)[] tensors) =>
        SafetensorsFile.Save(_folder["a"], tensors.Select(item => KeyValuePair.Create(item.Name, item.Tensor)));
}
