using System.Text;
using System.Text.Json.Nodes;
using Hrm.TestKit;

namespace Hrm.Core.Tests;

/// <summary>Model folders with other content in their files: each is refused by a typed exception.</summary>
public sealed class HostileModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public HostileModelFolderTests()
    {
        using var model = TinyModel.Create();
        model.Save(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public void Load_of_devices_and_pipes_is_refused()
    {
        foreach (var name in new[] { "model.safetensors", "config.json" })
        {
            File.Delete(_folder[name]);
            File.CreateSymbolicLink(_folder[name], "/dev/zero");
            Loading.Should().Throw<HrmFileException>().WithMessage($"{_folder[name]}: *expected a regular file, got a device or a pipe");
            File.Delete(_folder[name]);
            using var make = System.Diagnostics.Process.Start("mkfifo", [_folder[name]]);
            make.WaitForExit();
            Loading.Should().Throw<HrmFileException>().WithMessage($"{_folder[name]}: *expected a regular file, got a device or a pipe");
        }
    }

    [Fact]
    public void Load_of_a_terabyte_of_weights_is_refused()
    {
        using (var sparse = File.OpenWrite(_folder["model.safetensors"]))
        {
            sparse.SetLength(1L << 40);
        }

        Loading.Should().Throw<HrmFileException>().WithMessage($"{_folder["model.safetensors"]}: expected at most 68719476736 bytes, got 1099511627776");
    }

    [Fact]
    public void Load_reads_unaligned_weights_in_the_order_of_their_names()
    {
        var config = TinyModel.Config with { HiddenSize = 15, Heads = 1, PositionEncoding = PositionEncoding.None, ForwardDtype = TorchSharp.torch.ScalarType.BFloat16 };
        using var model = TinyModel.Create(config);
        model.Save(_folder.Path);
        OrderByName(_folder["model.safetensors"]);

        using var loaded = HrmModel.Load(_folder.Path);

        loaded.ShouldHaveTheWeightsOf(model);
    }

    private Func<HrmModel> Loading => () => HrmModel.Load(_folder.Path);

    private static void OrderByName(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length).ToArray())!.AsObject();
        var data = new List<byte>();
        foreach (var (_, entry) in header.Where(entry => entry.Key != "__metadata__").OrderBy(entry => entry.Key, StringComparer.Ordinal).ToArray())
        {
            var range = entry!["data_offsets"]!.AsArray().Select(offset => (int)offset!).ToArray();
            entry["data_offsets"] = new JsonArray(data.Count, data.Count + range[1] - range[0]);
            data.AddRange(bytes[(8 + length + range[0])..(8 + length + range[1])]);
        }

        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)text.Length), .. text, .. data]);
    }
}
