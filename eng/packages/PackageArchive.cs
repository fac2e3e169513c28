using System.IO.Compression;
using System.Xml.Linq;

namespace Hrm.PackageCheck;

/// <summary>The files of a package, in memory.</summary>
internal sealed class PackageArchive
{
    private static readonly string[] Container = ["_rels/", "[Content_Types].xml", "package/"];

    private PackageArchive(string path, IReadOnlyDictionary<string, byte[]> entries)
    {
        Name = Path.GetFileName(path);
        Entries = entries;
    }

    public string Name { get; }

    /// <summary>Every entry.</summary>
    public IReadOnlyDictionary<string, byte[]> Entries { get; }

    /// <summary>The names of the entries that are not of the container.</summary>
    public IEnumerable<string> Files => Entries.Keys.Where(name => !Container.Any(part => name.StartsWith(part, StringComparison.Ordinal)));

    /// <summary>The metadata, its elements by their plain names.</summary>
    public XElement Metadata
    {
        get
        {
            using var stream = new MemoryStream(Entries.Single(entry => entry.Key.EndsWith(".nuspec", StringComparison.Ordinal)).Value);
            return XDocument.Load(stream).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        }
    }

    public static PackageArchive Open(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return new PackageArchive(path, archive.Entries.ToDictionary(entry => Uri.UnescapeDataString(entry.FullName), Read, StringComparer.Ordinal));
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}
