using System.IO.Compression;
using System.Text;
using Hrm.Puzzles;
using Hrm.TestKit;

namespace Hrm.Fuzz.Targets;

/// <summary>A downloaded archive that is unpacked.</summary>
internal sealed class ArchiveTarget : FuzzTarget
{
    private const string Name = "puzzles.zip";
    private const long MaximumBytes = 1 << 20;

    private readonly ByteServer _server = new();
    private readonly HttpClient _client;
    private readonly SourceCacheOptions _options = new() { Attempts = 1, MaximumArchiveBytes = MaximumBytes, MaximumArchiveEntries = 100 };

    public ArchiveTarget()
    {
        _client = new HttpClient(_server);
    }

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [FuzzSeed.Of(Name, Zip(CompressionLevel.NoCompression)), FuzzSeed.Of(Name, Zip(CompressionLevel.Optimal))];

    public override IReadOnlyList<string> Tokens { get; } = ["../", "/etc/passwd", "..\\", "C:\\", "data/", "a.csv", "PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "PK\u0006\u0006", "con", "a:b", "\0"];

    public override void Read(string folder)
    {
        using var cache = new TemporaryFolder();
        _server.Content = File.ReadAllBytes(Path.Combine(folder, Name));
        var inside = Path.Combine(cache.Path, "cache");
        try
        {
            new SourceCache(inside, _client, _options).FetchAsync(PuzzleSource.Parse("https://example.org/puzzles.zip")).GetAwaiter().GetResult();
        }
        finally
        {
            Require(Directory.GetFileSystemEntries(cache.Path).All(path => path == inside), "nothing is written outside of the cache");
            Require(
                new DirectoryInfo(cache.Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) <= MaximumBytes + _server.Content.Length + 4096,
                "no more is unpacked than allowed");
        }
    }

    protected override void Release() => _client.Dispose();

    private static byte[] Zip(CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in (string[])["data/training/one.json", "data/evaluation/two.json", "LICENSE"])
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(Encoding.UTF8.GetBytes(ArcTaskTarget.Task));
            }
        }

        return stream.ToArray();
    }
}
