using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.PyTorch.Tests;

/// <summary>Files that request more than tensors, and files with faults; each is refused with its own message.</summary>
public sealed class TorchSaveHostileTests : IDisposable
{
    private const int Deep = 100_000;

    private static readonly byte[] Valid = PickleProgram.StateDictionary(it => it.Text("w").Tensor("0", 2, 0, [2], [1]));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "__import__")]
    [InlineData("torch", "UntypedStorage")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("torch._utils", "_rebuild_sparse_tensor")]
    [InlineData("torch", "_utils._rebuild_tensor_v2.__globals__")]
    [InlineData("", "system")]
    public void Call_of_an_unknown_name_is_refused(string module, string name)
    {
        Refuse(new PickleProgram().Global(module, name).Text("touch /tmp/owned").Raw(0x85).Do("R."), $"got '{module}.{name}': refused, nothing of the file is executed");
        Refuse(new PickleProgram(4).Text(module).Text(name).Raw(0x93).Text("x").Raw(0x85).Do("R."), $"got '{module}.{name}': refused");
    }

    [Fact]
    public void Unknown_instruction_is_refused()
    {
        const string Known = "N\u0088\u0089JKM\u008aG\u008cX\u008d()t\u0085\u0086\u0087]lae}dsuqr\u0094hj\u0095c\u0093QRb.";
        foreach (var opcode in Enumerable.Range(0, 256).Where(opcode => !Known.Contains((char)opcode)))
        {
            Refuse(
                new PickleProgram().Do(")").Raw((byte)opcode, 0, 0, 0, 0).Do("."),
                $"data.pkl, byte 4: expected one of the instructions that torch.save uses, got 0x{opcode:x2}: refused");
        }
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData("٣")]
    [InlineData("0000000000")]
    public void Persistent_id_with_a_path_is_refused(string key)
        => Refuse(State(it => it.Text("w").Tensor(key, 2, 0, [2], [1])), "expected a storage's key of 1 to 9 digits", "refused");

    [Fact]
    public void Persistent_id_that_is_not_a_storage_is_refused()
    {
        Refuse(State(it => it.Text("w").Storage("0", 2, tag: "module")), "('storage', class, key, device, count), got (the text 'module', the name 'torch.FloatStorage'");
        Refuse(State(it => it.Text("w").Text("0").Do("Q")), "got the text '0': refused");
        Refuse(State(it => it.Text("w").Do(")Q")), "got (): refused");
        Refuse(State(it => it.Text("w").Storage("0", 2, "OrderedDict", module: "collections")), "got (the text 'storage', the name 'collections.OrderedDict'");
        Refuse(State(it => it.Text("w").Storage("0", -1)), "at least 0 elements, got -1");
    }

    [Fact]
    public void Call_with_wrong_arguments_is_refused()
    {
        Refuse(new PickleProgram().Global("collections", "OrderedDict").Do("N").Raw(0x85).Do("R."), "collections.OrderedDict: expected the arguments that torch.save writes, got (None)");
        Refuse(new PickleProgram().Global("torch", "FloatStorage").Do(")R."), "torch.FloatStorage: expected the arguments");
        Refuse(new PickleProgram().Text("os.system").Do(")R."), "expected a name to call and a tuple of arguments, got the text 'os.system' and a tuple of 0");
        Refuse(new PickleProgram().Global("collections", "OrderedDict").Do("NR."), "got the name 'collections.OrderedDict' and None");
        Refuse(new PickleProgram().Global("collections", "OrderedDict").Do("}b."), "expected attributes of an OrderedDict in a dict, got a dict of 0 for the name");
        Refuse(new PickleProgram().Do("}}b."), "expected attributes of an OrderedDict in a dict");
    }

    [Fact]
    public void Deep_nesting_is_refused_without_a_stack_overflow()
    {
        const string Expected = "nested at most 64 deep, got more";
        Refuse(new PickleProgram().Do(")").Do("\u0085", Deep).Do("."), Expected);
        Refuse(new PickleProgram().Do("]", Deep).Do("a", Deep - 1).Do("."), Expected);
        Refuse(new PickleProgram().Do("}X\u0001\0\0\0k", Deep / 2).Do("}").Do("s", Deep / 2).Do("."), Expected);
        Refuse(new PickleProgram().Do("(", Deep).Do("."), $"{Expected} marks");
        Refuse(new PickleProgram().Do("]q\u0001").Do("h\u0001a", 1_000).Do("."), "nested at most 64 deep");
    }

    /// <summary>The "billion laughs" of pickles: each list contains the list before it ten times.</summary>
    [Fact]
    public void Bomb_of_remembered_lists_takes_no_memory()
    {
        var pickle = new PickleProgram().Do("]q\u0000");
        for (byte i = 1; i < 60; i++)
        {
            pickle.Do("](");
            for (var j = 0; j < 10; j++)
            {
                pickle.Do("h").Raw((byte)(i - 1));
            }

            pickle.Do("eq").Raw(i);
        }

        Refuse(pickle.Do("."), "expected one value at the end, got 60");
    }

    [Fact]
    public void Values_texts_and_numbers_are_bounded()
    {
        Refuse(new PickleProgram().Do("](").Do("N", 300_000).Do("e."), "at most 200000 values, got more");
        Refuse(new PickleProgram().Do("}").Do("\u0094", 300_000).Do("."), "remembered values with numbers below 200000, got 200000");
        Refuse(new PickleProgram().Do("Nr").Raw(255, 255, 255, 255).Do("."), "numbers below 200000, got 4294967295");
        Refuse(new PickleProgram().Do("h").Raw(7).Do("."), "expected a value remembered before, got number 7 of 0");
        Refuse(new PickleProgram().Do("j").Raw(255, 255, 255, 255).Do("."), "number 4294967295");
        Refuse(new PickleProgram().Raw(0x8a, 255).Raw(new byte[255]).Do("."), "integers of at most 8 bytes, got one of 255");
        Refuse(new PickleProgram().Text(new string('n', 1_025)).Do("."), "texts of at most 1024 bytes, got one of 1025");
        Refuse(new PickleProgram().Do("X").Raw(255, 255, 255, 255).Do("."), "got one of 4294967295");
        Refuse(new PickleProgram().Raw(0x8d).Raw(255, 255, 255, 255, 255, 255, 255, 255).Do("."), "got one of 18446744073709551615");
        Refuse(new PickleProgram().Do("X").Raw(100, 0, 0, 0).Do("abc."), "expected 100 more bytes, got 4: the pickle was cut");
        Refuse(new PickleProgram().Do("X").Raw(1, 0, 0, 0, 0xff).Do("."), "expected text in UTF-8");
        Refuse(new PickleProgram().Do("c").Do("m", 2_000).Do("."), "a name that ends within 1024 bytes");
        Refuse(new PickleProgram().Raw(0x95, 255, 0, 0, 0, 0, 0, 0, 0).Do("N."), "expected a frame within the 2 bytes left, got one of 255");
    }

    [Fact]
    public void Instructions_without_their_values_are_refused()
    {
        Refuse(new PickleProgram(protocol: 1).Do("}."), "expected a pickle of protocol 2 to 5 at its first byte");
        Refuse(new PickleProgram(protocol: 6).Do("}."), "expected a pickle of protocol 2 to 5 at its first byte");
        Refuse(new PickleProgram().Do("."), "expected one value at the end, got 0");
        Refuse(new PickleProgram().Do("NN."), "got 2");
        Refuse(new PickleProgram().Do("N.N"), "1 bytes after it");
        Refuse(new PickleProgram().Do("}"), "expected 1 more bytes, got 0");
        Refuse(new PickleProgram().Do("t."), "expected a mark, got none");
        Refuse(new PickleProgram().Do("N(\u0085."), "expected 1 values to work on, got 0");
        Refuse(new PickleProgram().Do("Q."), "expected 1 values to work on, got 0");
        Refuse(new PickleProgram().Do("NNa."), "expected a list to append to, got None");
        Refuse(new PickleProgram().Do("NNNs."), "expected a dict to set items of, got None");
        Refuse(new PickleProgram().Do("}(Nu."), "expected keys with values, got 1 values");
        Refuse(new PickleProgram().Do("}NNs."), "expected a text as a dict's key, got None");
        Refuse(new PickleProgram().Do("}(").Text("k").Do("N").Text("k").Do("Nu."), "expected each key once, got 'k' twice");
    }

    [Fact]
    public void Value_that_is_not_a_state_dict_is_refused()
    {
        Refuse(new PickleProgram().Do("]."), "expected a state dict (names and tensors), got a list");
        Refuse(new PickleProgram().Tensor("0", 2, 0, [2], [1]).Do("."), "got a tensor");
        Refuse(State(it => it.Text("weights").OrderedDictionary()), "tensor 'weights': expected a state dict whose values are tensors, got a dict of 0: save only model.state_dict()");
        Refuse(State(it => it.Text("step").Number(4)), "tensor 'step': expected a state dict whose values are tensors, got 4");
    }

    [Fact]
    public void Storage_without_an_entry_of_its_size_is_refused()
    {
        Refuse(State(it => it.Text("w").Tensor("1", 2, 0, [2], [1])), "tensor 'w': zip: expected the entry data/1, got none");
        foreach (var count in new[] { 3, 0, long.MaxValue })
        {
            Refuse(State(it => it.Text("w").Tensor("0", count, 0, [0], [1])), $"tensor 'w': expected a storage of {count} × 4 bytes, got 8 in 'data/0'");
        }
    }

    [Theory]
    [InlineData(0, new long[] { 3 }, new long[] { 1 }, "no more elements than the storage's 2, got [3]")]
    [InlineData(1, new long[] { 2 }, new long[] { 1 }, "within the storage's 2 elements, got offset 1, shape [2], stride [1]")]
    [InlineData(0, new long[] { 2 }, new long[] { long.MaxValue }, "within the storage's 2 elements")]
    [InlineData(long.MaxValue, new long[] { 1 }, new long[] { 1 }, "within the storage's 2 elements")]
    [InlineData(3, new long[] { 0 }, new long[] { 1 }, "within the storage's 2 elements")]
    [InlineData(0, new long[] { 4294967296, 4294967296 }, new long[] { 0, 0 }, "no more elements than the storage's 2")]
    [InlineData(0, new long[] { 0, 4294967296, 4294967296 }, new long[] { 0, 0, 0 }, "no more elements than the storage's 2")]
    [InlineData(-1, new long[] { 1 }, new long[] { 1 }, "storage offset of at least 0, got -1")]
    [InlineData(0, new long[] { -1 }, new long[] { 1 }, "shape: expected whole numbers of at least 0, got -1")]
    [InlineData(0, new long[] { 1 }, new long[] { -1 }, "stride: expected whole numbers of at least 0, got -1")]
    [InlineData(0, new long[] { 1, 1 }, new long[] { 1 }, "a stride for each, got 2 and 1")]
    public void Tensors_beyond_their_storage_are_refused(long offset, long[] shape, long[] strides, string expected)
        => Refuse(State(it => it.Text("w").Tensor("0", 2, offset, shape, strides)), expected);

    /// <summary>The file is sparse and takes no space; the array of its values would.</summary>
    [Fact]
    public void Part_of_a_large_storage_is_refused()
    {
        const int Bytes = (1 << 28) + 4;
        var pickle = State(it => it.Text("w").Tensor("0", Bytes / 4, 0, [2], [(Bytes / 4) - 1]));
        var directory = 0;
        var bytes = ZipBytes.Of(
            [new("a/data.pkl", pickle), new("a/data/0", []) { Size = Bytes }],
            end =>
            {
                directory = BitConverter.ToInt32(end, 16);
                BitConverter.TryWriteBytes(end.AsSpan(16), directory + Bytes);
            });
        using (var sparse = File.Create(_folder["w"]))
        {
            sparse.Write(bytes.AsSpan(0, directory));
            sparse.Position += Bytes;
            sparse.Write(bytes.AsSpan(directory));
        }

        FluentActions.Invoking(() => TorchSaveFile.Open(_folder["w"])).Should().Throw<HrmFormatException>()
            .WithMessage("*'w': expected a storage of at most 268435456 bytes for a tensor that is a part of it, got 268435460");
    }

    [Fact]
    public void Too_many_tensors_that_share_a_storage_are_refused()
    {
        const int Elements = 1_000_000;
        var pickle = PickleProgram.StateDictionary(it =>
        {
            for (var i = 0; i < 20; i++)
            {
                it.Text($"w{i}").Tensor("0", Elements, 0, [Elements], [1]);
            }
        });
        RefuseBytes(ZipBytes.OfPickle(pickle, ("0", new byte[4 * Elements])), "too many share a storage");
    }

    [Fact]
    public void Entries_that_torch_save_does_not_write_are_refused()
    {
        RefuseZip([new("a/constants.pkl", Valid)], "expected the entry data.pkl, as torch.save writes it, got none");
        RefuseZip([new("a/data.pkl", Valid), new("a/data/0", new byte[8]), new("a/byteorder", "big"u8.ToArray())], "byteorder: expected little, got 'big'");
        RefuseZip([new("a/data.pkl", new byte[8_000_001])], "'data.pkl': expected at most 8000000 bytes, got 8000001");
        RefuseZip([new("a/data.pkl", Valid) { Method = 8 }], "zip: ");
        RefuseZip([new("a/data.pkl", Valid) { Flags = 1 }], "'a/data.pkl': expected an entry that is stored");
        RefuseZip([new("a/data.pkl", Valid), new("a/data/0", new byte[8]), new("a/data/0", new byte[8])], "'a/data/0': expected each name once, got it twice");
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("a/data.pkl", CompressionLevel.Optimal).Open();
            entry.Write(new byte[60]);
        }

        RefuseBytes(stream.ToArray(), "'a/data.pkl': expected an entry that is stored");
    }

    [Fact]
    public void Entries_that_are_together_longer_than_the_file_are_refused()
    {
        const string Expected = "together no longer than the file's";
        RefuseZip([new("a/data.pkl", Valid), new("a/data/0", new byte[8]) { Size = 10_000 }], Expected);
        RefuseZip([new("a/data.pkl", Valid) { Size = uint.MaxValue }], Expected);
        RefuseZip([new("a/data.pkl", Valid) { Size = uint.MaxValue, DirectoryExtra = [1, 0, 16, 0, .. Enumerable.Repeat((byte)255, 16)] }], Expected);

        // All entries share the bytes of the first one.
        RefuseZip([new("a/0", new byte[10_000]), .. Enumerable.Range(1, 9).Select(i => new ZipPart($"a/{i}", []) { Start = 0, Size = 10_000 })], Expected);
    }

    [Theory]
    [InlineData("b/data/0")]
    [InlineData("a/../data/0")]
    [InlineData("/a/data/0")]
    [InlineData("a\\data\\0")]
    [InlineData("c:/data/0")]
    public void Entries_outside_the_folder_are_refused(string name)
        => RefuseZip([new("a/data.pkl", Valid), new(name, new byte[8])], "zip: expected plain names of at most 512 characters below the folder 'a/', got");

    [Fact]
    public void Headers_and_ends_that_do_not_agree_are_refused()
    {
        ZipPart[] parts = [new("a/data.pkl", Valid), new("a/data/0", new byte[8])];
        RefuseZip([new("a/data.pkl", Valid) { Start = 3 }], "zip: ");
        RefuseZip([new("a/data.pkl", Valid) { Start = 100_000 }], "zip: ");
        RefuseBytes(ZipBytes.Of(parts, end => end[10] = 3), "zip: ");
        RefuseBytes(ZipBytes.Of(parts, end => (end[8], end[10]) = (3, 3)), "zip: ");
        RefuseBytes(ZipBytes.Of(parts, end => (end[8], end[10]) = (1, 1)), "zip: ");
        RefuseBytes(ZipBytes.Of(parts, end => end.AsSpan(8, 4).Fill(255)), "zip: ");
        RefuseBytes(ZipBytes.Of(parts, end => end[16]--), "zip: ");
        RefuseBytes(ZipBytes.Of(parts, end => end.AsSpan(12, 8).Fill(255)), "zip: ");
        RefuseBytes(ZipBytes.Of(parts, end => end[20] = 5), "zip: ");
        RefuseBytes([], "zip: ");
        RefuseBytes(new byte[21], "zip: ");
        RefuseBytes(Enumerable.Repeat((byte)0xff, 1000).ToArray(), "zip: ");
        RefuseBytes(Encoding.ASCII.GetBytes(new string('x', 1000)), "expected a file of torch.save, got the text 'xxxx");
    }

    /// <summary>The directory is refused before an object exists for each entry.</summary>
    [Fact]
    public void Directories_that_are_too_large_are_refused()
    {
        RefuseZip([.. Enumerable.Range(0, 20_001).Select(i => new ZipPart($"a/{i}", []))], "at most 20000 entries", "got 20001");
        File.WriteAllBytes(_folder["w"], ZipBytes.Of([.. Enumerable.Range(0, 200).Select(i => new ZipPart($"a/{i}", []) { DirectoryExtra = new byte[60_000] })]));
        FluentActions.Invoking(() => TorchSaveFile.Open(_folder["w"])).Should().Throw<HrmFormatException>().WithMessage("*a directory of at most 8000000 bytes, got more");
    }

    [Fact]
    public void Wrong_checksums_are_refused_when_the_data_are_read()
    {
        RefuseZip([new("a/data.pkl", Valid) { Crc = 1 }], "zip: 'data.pkl': expected the CRC-32 00000001, got");
        File.WriteAllBytes(_folder["w"], ZipBytes.Of([new("a/data.pkl", Valid), new("a/data/0", new byte[8]) { Crc = 2 }]));
        using var file = TorchSaveFile.Open(_folder["w"]);
        var read = () => file.Read("w");
        read.Should().Throw<HrmFormatException>().WithMessage("*'data/0': expected the CRC-32 00000002, got *: the data are damaged");
        read.Should().Throw<HrmFormatException>("a failed check is repeated");
    }

    private static byte[] State(Action<PickleProgram> items) => PickleProgram.StateDictionary(items);

    private void Refuse(PickleProgram pickle, params string[] fragments) => Refuse(pickle.ToArray(), fragments);

    private void Refuse(byte[] pickle, params string[] fragments) => RefuseBytes(ZipBytes.OfPickle(pickle, ("0", new byte[8])), fragments);

    private void RefuseZip(IReadOnlyList<ZipPart> parts, params string[] fragments) => RefuseBytes(ZipBytes.Of(parts), fragments);

    private void RefuseBytes(byte[] bytes, params string[] fragments)
    {
        var path = _folder["hostile"];
        File.WriteAllBytes(path, bytes);
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var thrown = FluentActions.Invoking(() => TorchSaveFile.Open(path)).Should().Throw<HrmFormatException>(string.Join(", ", fragments)).Which;
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(bytes.Length + 64_000_000);
        thrown.Message.Should().StartWith(path).And.ContainAll(fragments);
        thrown.Message.Length.Should().BeLessThan(2_000);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));

        // The refused file is closed.
        File.Delete(path);
    }
}
