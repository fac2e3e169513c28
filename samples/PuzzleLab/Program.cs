using Hrm.Samples;
using Hrm.Samples.PuzzleLab;

return await CommandLine.RunAsync(LabCommand.Create(), args);
