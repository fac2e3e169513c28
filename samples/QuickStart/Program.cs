using System.CommandLine;
using Hrm.Samples;
using Hrm.Samples.QuickStart;

var options = new QuickStartOptions();
var root = new RootCommand($"Trains a 4×4 Sudoku model by the paper's algorithm, and shows it think.\n\n{CommandLine.ExitCodes}") { SolveCommand.Create(options) };
options.AddTo(root);
root.SetAction(result => TrainCommand.Run(options.Device(result), options.Dtype(result)));
return await CommandLine.RunAsync(root, args);
