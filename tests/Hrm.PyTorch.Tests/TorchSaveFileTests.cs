using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PyTorch.Tests;

public sealed class TorchSaveFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(ScalarType.Float32, "FloatStorage")]
    [InlineData(ScalarType.Float64, "DoubleStorage")]
    [InlineData(ScalarType.Float16, "HalfStorage")]
    [InlineData(ScalarType.BFloat16, "BFloat16Storage")]
    [InlineData(ScalarType.Int64, "LongStorage")]
    [InlineData(ScalarType.Int32, "IntStorage")]
    [InlineData(ScalarType.Int16, "ShortStorage")]
    [InlineData(ScalarType.Int8, "CharStorage")]
    [InlineData(ScalarType.Byte, "ByteStorage")]
    [InlineData(ScalarType.Bool, "BoolStorage")]
    public void Every_storage_class_has_its_dtype(ScalarType dtype, string storage)
    {
        using var expected = arange(2).to_type(dtype);
        var bytes = expected.bytes.ToArray();
        using var file = Open(PickleProgram.StateDictionary(it => it.Text("w").Tensor("0", 2, 0, [2], [1], storage)), ("0", bytes));

        file.Names.Should().Equal("w");
        file.GetEntry("w").Dtype.Should().Be(dtype);
        file.GetEntry("w").Shape.Should().Equal(2L);
        file.Read("w").Equals(expected).Should().BeTrue();
    }

    [Fact]
    public void State_dict_beside_an_optimizer_is_read()
    {
        using var file = Open(
            PickleProgram.StateDictionary(it => it
                .Text("optimizer").Do("}(").Text("state").Do("}(").Number(0).Do("}(").Text("exp_avg").Tensor("1", 1, 0, [1], [1]).Do("uu").Text("param_groups").Do("]u")
                .Text("epoch").Number(7)
                .Text("model").OrderedDictionary().Do("(").Text("w").Tensor("0", 2, 0, [2], [1]).Do("u")),
            ("0", Floats(2)),
            ("1", Floats(1)));

        file.Names.Should().Equal("w");
        file.Read("w").Equals(tensor(new float[] { 0, 1 })).Should().BeTrue();
    }

    [Fact]
    public void Dict_with_tensors_is_chosen_among_several_wrappers()
    {
        using var file = Open(
            PickleProgram.StateDictionary(it => it
                .Text("model").Do("}(").Text("hidden_size").Number(512).Do("u")
                .Text("model_state_dict").OrderedDictionary().Do("(").Text("second").Tensor("0", 2, 0, [2], [1]).Do("u")
                .Text("state_dict").OrderedDictionary().Do("(").Text("first").Tensor("0", 2, 0, [2], [1]).Do("u")),
            ("0", Floats(2)));

        file.Names.Should().Equal("first");
    }

    [Theory]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 3, 1 }, new float[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(0, new long[] { 3, 2 }, new long[] { 1, 3 }, new float[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(2, new long[] { 3 }, new long[] { 0 }, new float[] { 2, 2, 2 })]
    [InlineData(3, new long[] { 1, 2, 1 }, new long[] { 99, 1, 77 }, new float[] { 3, 4 })]
    [InlineData(11, new long[] { }, new long[] { }, new float[] { 11 })]
    [InlineData(12, new long[] { 0, 4 }, new long[] { 4, 1 }, new float[] { })]
    [InlineData(0, new long[] { 2, 2, 3 }, new long[] { 1, 6, 2 }, new float[] { 0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11 })]
    public void Views_of_a_storage_are_read_in_order(long offset, long[] shape, long[] strides, float[] expected)
    {
        using var file = Open(PickleProgram.StateDictionary(it => it.Text("w").Tensor("7", 12, offset, shape, strides)), ("7", Floats(12)));

        var read = file.Read("w");
        read.shape.Should().Equal(shape);
        read.Equals(tensor(expected).view(shape)).Should().BeTrue();
        var copied = shape.Length == 2 ? zeros(shape[1], shape[0]).t() : zeros(shape); // also into another layout
        file.CopyTo("w", copied);
        copied.Equals(read).Should().BeTrue();
    }

    /// <summary>The state dict of a module has the versions of its modules as an attribute; a parameter wraps its tensor.</summary>
    [Fact]
    public void Attributes_of_the_state_dict_and_parameters_are_accepted()
    {
        var pickle = new PickleProgram().OrderedDictionary().Do("(").Text("w")
            .Global("torch._utils", "_rebuild_parameter").Do("(").Tensor("0", 2, 0, [2], [1]).Raw(0x88).OrderedDictionary().Do("tRu")
            .Do("}").Text("_metadata").OrderedDictionary().Do("(").Text(string.Empty).Do("}").Text("version").Number(1).Do("su").Do("sb.");
        using var file = Open(pickle.ToArray(), ("0", Floats(2)));
        file.Names.Should().Equal("w");
        file.Read("w").data<float>().ToArray().Should().Equal(0, 1);
    }

    /// <summary>The output of newer Python: frames, short texts, remembered values without numbers.</summary>
    [Fact]
    public void Protocol_4_is_read()
    {
        var pickle = new PickleProgram(4).Raw(0x95, 10, 0, 0, 0, 0, 0, 0, 0)
            .Raw(0x8c, 11).Do("collections").Raw(0x94, 0x8c, 11).Do("OrderedDict").Raw(0x94, 0x93, 0x94).Do(")R").Raw(0x94)
            .Raw(0x8d, 1, 0, 0, 0, 0, 0, 0, 0).Do("w").Tensor("0", 1, 0, [1], [1]).Do("s.");
        using var file = Open(pickle.ToArray(), ("0", Floats(1)));
        file.Names.Should().Equal("w");
    }

    /// <summary>Attributes may have lists, dicts and numbers of every kind; they are read and ignored.</summary>
    [Fact]
    public void Plain_values_are_read()
    {
        var pickle = new PickleProgram().OrderedDictionary().Do("}").Text("_metadata").Do("(")
            .Do("N").Raw(0x88, 0x89).Do("K").Raw(1).Do("M").Raw(1, 0).Do("J").Raw(1, 0, 0, 0).Raw(0x8a, 1, 0xff).Do("G").Raw(new byte[8])
            .Do("](NNeNa").Do("(Nl").Do("(").Text("k").Do("Nd").Do(")").Raw(0x85).Do("NN").Raw(0x86).Do("NNN").Raw(0x87).Do("q").Raw(9).Do("r").Raw(1, 1, 0, 0)
            .Do("h").Raw(9).Do("j").Raw(1, 1, 0, 0).Do("tsb.");
        using var file = Open(pickle.ToArray());
        file.Names.Should().BeEmpty();
    }

    [Fact]
    public void Missing_names_and_files_and_tensors_of_another_type_are_named()
    {
        using var file = Open(PickleProgram.StateDictionary(it => it.Text("w").Tensor("0", 6, 0, [2, 3], [3, 1])), ("0", Floats(6)));
        file.Contains("w").Should().BeTrue();
        file.Contains("v").Should().BeFalse();
        file.Invoking(it => it.Read("v")).Should().Throw<HrmFormatException>().WithMessage("*tensor 'v': expected it among the 1 tensors*");
        file.Invoking(it => it.CopyTo("w", zeros([2, 3], ScalarType.Float64))).Should().Throw<HrmFormatException>().WithMessage("*'w'*F64*F32 [2, 3]*");
        file.Invoking(it => it.CopyTo("w", zeros(3, 2))).Should().Throw<HrmFormatException>().WithMessage("*F32 [3, 2], got F32 [2, 3]*");
        FluentActions.Invoking(() => TorchSaveFile.Open(_folder["missing"])).Should().Throw<HrmFileException>();
    }

    [Fact]
    public void Several_threads_can_read_at_once()
    {
        var pickle = PickleProgram.StateDictionary(it =>
        {
            for (var i = 0; i < 20; i++)
            {
                it.Text($"w{i}").Tensor($"{i % 5}", 1_000, i, [100, 2], [1, 400]);
            }
        });
        using var file = Open(pickle, [.. Enumerable.Range(0, 5).Select(i => ($"{i}", Floats(1_000)))]);
        Parallel.For(0, 200, i =>
        {
            using var read = file.Read($"w{i % 20}");
            read[99, 1].item<float>().Should().Be((i % 20) + 499);
        });
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    /// <summary>Opens a file with the entries that newer versions of torch.save add.</summary>
    private TorchSaveFile Open(byte[] pickle, params (string Key, byte[] Data)[] storages)
    {
        File.WriteAllBytes(_folder["w"], ZipBytes.Of(
        [
            new("a/data.pkl", pickle),
            .. storages.Select(storage => new ZipPart($"a/data/{storage.Key}", storage.Data)),
            new("a/byteorder", "little"u8.ToArray()),
            new("a/.data/serialization_id", [1]),
        ]));
        return TorchSaveFile.Open(_folder["w"]);
    }

    /// <summary>0, 1, 2, …</summary>
    private static byte[] Floats(int count) => [.. Enumerable.Range(0, count).SelectMany(value => BitConverter.GetBytes((float)value))];
}
